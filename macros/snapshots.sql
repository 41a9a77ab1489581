{#- Snapshots date what a source overwrites in place by the build that saw it. One macro writes, one reads. -#}

{% macro rows_as_seen(relation, key, columns, raw=none) -%}
    {%- set snapshot = load_relation(this) if execute -%}
    {%- set kept = adapter.get_columns_in_relation(snapshot) | map(attribute='name') | list
        if snapshot else key + columns -%}
    {%- set absent = raw_table(*raw).columns | selectattr('delivered', 'none') | map(attribute='name') | list
        if raw else [] -%}
    {%- set last_build = last_completed_build() if execute -%}
    with delivered as (
        select {{ row_key(key) }} as row_key, {{ (key + columns) | join(', ') }}
        from {{ relation }}
    ),

    clock as (
        select
            cast(asked_date as timestamp) as asked_at,
            cast({{ "'" ~ last_build.as_of_date ~ "'" if last_build else 'null' }} as date) as last_build_date
        from {{ ref('stg_calendar__clock') }}
    ),

    newest as (
        {{ 'select * from ' ~ snapshot ~ ' where dbt_valid_to is null' if snapshot
            else 'select *, cast(null as timestamp) as dbt_valid_from from delivered where false' }}
    )

    select
        coalesce(delivered.row_key, newest.row_key) as row_key,
        {% for name in key + columns -%}
        {% set seen, last = 'delivered.' ~ name, 'newest.' ~ name if name in kept else 'null' -%}
        {% if name == 'custom_fields' -%}
        {% set seen = custom_fields_as_json(seen, last) -%}
        {% elif name in absent and name not in key -%}
        {% set seen = last -%}
        {% endif -%}
        case when delivered.row_key is not null then {{ seen }} else {{ last }} end as {{ name }},
        {% endfor -%}
        delivered.row_key is not null as is_delivered,
        clock.last_build_date,
        case
            when newest.dbt_valid_from >= clock.asked_at
                then {{ dbt.dateadd('second', 1, 'newest.dbt_valid_from') }}
            else clock.asked_at
        end as seen_at
    from delivered
    full outer join newest on delivered.row_key = newest.row_key
    cross join clock
    where
        exists (select 1 from delivered)
        and (newest.row_key is null or cast(newest.dbt_valid_from as date) <= cast(clock.asked_at as date))
{%- endmacro %}

{% macro seen_versions(snapshot) -%}
    select
        *,
        case when seen_date = first_seen_date then cast('0001-01-01' as date) else seen_date end as from_date,
        -- a purge may have taken the next version
        least(lead(seen_date) over row_versions, followed_date) as until_date,
        case
            when seen_date > first_seen_date
                then least(seen_date, {{ add_days('greatest(last_build_date, lag(seen_date) over row_versions)', 1) }})
        end as not_before_date
    from (
        select
            *,
            min(seen_date) over (partition by row_key) as first_seen_date,
            case when not lead(is_delivered) over kept_versions then lead(seen_date) over kept_versions end
                as missing_date,
            cast(
                case
                    when not lead(is_delivered) over kept_versions then lead(dbt_valid_to) over kept_versions
                    else dbt_valid_to
                end as date
            ) as followed_date
        from (
            select
                *,
                cast(dbt_valid_from as date) as seen_date,
                row_number() over versions_of_day as recency,
                row_number() over deliveries_of_day as recency_of_its_kind
            from {{ snapshot }}
            window
                versions_of_day as (
                    partition by row_key, cast(dbt_valid_from as date) order by dbt_valid_from desc
                ),
                deliveries_of_day as (
                    partition by row_key, cast(dbt_valid_from as date), is_delivered order by dbt_valid_from desc
                )
        ) as seen
        -- a row that one build of a day saw and the last one did not went missing on that day
        where recency = 1 or (is_delivered and recency_of_its_kind = 1)
        window kept_versions as (partition by row_key order by dbt_valid_from)
    ) as followed
    where is_delivered
    window row_versions as (partition by row_key order by seen_date)
{%- endmacro %}
