{#- a property has no column of its own to be named by -#}
{%- set properties = {'account_id': 'account_id', 'contact_id': 'contact_id'} -%}
{%- for row in policy_rows('vendor_columns') if row.vendor == 'delighted' -%}
    {%- do properties.update({row.column_name: row.raw_column | replace("'", "''")}) -%}
{%- endfor -%}

with responses as (
    {{ raw_rows('delighted', 'survey_responses', keep_raw=true) }}
),

people as (
    {{ raw_rows('delighted', 'people') }}
),

-- a loader that only appends repeats people too
emails as (
    select
        id,
        min(email) as email
    from people
    group by id
),

versions as (
    select
        *,
        {{ json_text('person_properties', "'" ~ properties.account_id ~ "'") }} as account_property,
        {{ json_text('person_properties', "'" ~ properties.contact_id ~ "'") }} as contact_property,
        row_number() over (partition by id order by coalesce(updated_at, created_at) desc)
            as version_number
    from responses
),

final as (
    select
        versions.source_relation,
        versions.raw_id as response_id,
        coalesce(versions.account_id, versions.account_property) as account_id,
        emails.email as account_domain,
        coalesce(versions.contact_id, versions.contact_property, versions.person) as contact_id,
        versions.raw_survey_type as survey_type,
        versions.raw_created_at as responded_at,
        versions.raw_score as score,
        versions.raw_comment as comment,  -- noqa: RF04
        coalesce(
            versions.left_out,
            case when versions.version_number > 1 then 'earlier version of a row' end
        ) as left_out
    from versions
    left join emails on versions.person = emails.id
)

select * from final
