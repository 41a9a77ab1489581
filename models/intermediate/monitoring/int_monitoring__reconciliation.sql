{#- Events are counted where they are reduced, and nowhere row by row. Of tables read by the window,
    what is neither accepted nor quarantined came too late for it, and what is both accepted and no
    longer there was withdrawn. -#}
{% set reduced = {
    ('product', 'events'): "(select sum(n_events) from event_days where breakdown = 'event')",
} %}
{% set windowed = [('product', 'events'), ('product', 'daily_usage')] %}
{% set absent = '(select 1 as absent where false) as absent' %}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

counted as (
    {% for source_name, table_name in raw_tables() %}
        {% set table = raw_table(source_name, table_name) %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            {{ (source_name, table_name) in windowed }} as is_windowed,
            (select count(*) from {{ table.delivered_sql or absent }}) as n_raw,
            (select count(*) from {{ table.sql or absent }}) as n_read,
            {% if (source_name, table_name) in reduced %}
                coalesce({{ reduced[(source_name, table_name)] }}, 0) as n_accepted,
            {% else %}
                (
                    select count(*) from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}
                ) as n_accepted,
            {% endif %}
            (
                select count(*)
                from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
                where quarantine_reason is not null
            ) as n_quarantined
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        source_name,
        table_name,
        n_raw,
        n_accepted,
        n_quarantined,
        n_raw - n_read as n_erased,
        case
            when is_windowed then greatest(n_read - n_accepted - n_quarantined, 0) else 0
        end as n_too_late,
        case
            when is_windowed then greatest(n_accepted + n_quarantined - n_read, 0) else 0
        end as n_withdrawn
    from counted
)

select * from final
