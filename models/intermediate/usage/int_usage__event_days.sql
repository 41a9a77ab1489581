{#- Events are read once and reduced here; nothing downstream sees one. One pass counts them by
    person and by what they did, since no metric asks for both at a time. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    meta={'window_column': 'known_date'},
) }}

with staged as (
    select * from {{ ref('stg_product__events') }}
),

-- two conditions and not one, so that each lets the engine skip what cannot meet it
events as (
    select * from staged
    {% if is_windowed() %}
        where occurred_at >= '{{ window_start() }}'
        union all
        select * from staged
        where
            occurred_at < '{{ window_start() }}'
            and known_at >= '{{ window_start() }}'
    {% endif %}
),

dated as (
    select
        account_id,
        user_id,
        event_name,
        cast(occurred_at as date) as activity_date,
        known_date
    from events
    where known_date >= cast('{{ window_start() }}' as date)
),

reduced as (
    select
        case when grouping(event_name) = 1 then 'person' else 'event' end as breakdown,
        account_id,
        user_id,
        event_name,
        activity_date,
        known_date,
        count(*) as n_events
    from dated
    group by grouping sets (
        (account_id, user_id, activity_date, known_date),
        (account_id, event_name, activity_date, known_date)
    )
),

final as (
    select
        breakdown,
        account_id,
        user_id,
        event_name,
        activity_date,
        known_date,
        n_events
    from reduced
)

select * from final
