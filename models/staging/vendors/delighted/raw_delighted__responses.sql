{#- a property has no column of its own to be named by -#}
{%- set properties = {'account_id': 'account_id', 'contact_id': 'contact_id'} -%}
{%- for row in policy_rows('vendor_columns') if row.vendor == 'delighted' -%}
    {%- do properties.update({row.column_name: row.raw_column | replace("'", "''")}) -%}
{%- endfor -%}

with responses as (
    {{ raw_rows('delighted', 'survey_responses', keep_raw=true) }}
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
        raw_id as response_id,
        coalesce(account_id, account_property) as account_id,
        coalesce(contact_id, contact_property, person) as contact_id,
        raw_survey_type as survey_type,
        raw_created_at as responded_at,
        raw_score as score,
        raw_comment as comment,  -- noqa: RF04
        coalesce(left_out, case when version_number > 1 then 'earlier version of a row' end)
            as left_out
    from versions
)

select * from final
