{#- Events are read once and reduced here; nothing downstream sees one. One pass counts them by
    person and by what they did, since no metric asks for both at a time. Every delivered row counts
    one; those that base has judged are taken back, and those it accepts count again from the day on
    which they were first known. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    meta={'window_column': 'known_date'},
) }}

with judged as (
    select * from {{ ref('base_product__events') }}
    where {{ in_window('delivered_date') }}
),

delivered as (
    {{ raw_rows(
        'product', 'events', since=window_start(), earlier_copies=false, matched=true
    ) }}
),

accepted as (
    select * from judged
    where quarantine_reason is null
),

dated as (
    {% for relation, known_on, n_events in [
        ('delivered', known_date('known_at', 'occurred_at'), 1),
        ('judged', 'delivered_date', -1),
        ('accepted', known_date('known_at', 'occurred_at'), 1),
    ] %}
        select
            account_id,
            user_id,
            event_name,
            cast(occurred_at as date) as activity_date,
            {{ known_on }} as known_date,
            {{ n_events }} as n_events
        from {{ relation }}
        where occurred_at is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

reduced as (
    select
        case when grouping(event_name) = 1 then 'person' else 'event' end as breakdown,
        account_id,
        user_id,
        event_name,
        activity_date,
        known_date,
        sum(n_events) as n_events
    from dated
    where {{ in_window('known_date') }}
    -- one pass over the events for both; sqlfluff's grammar of DuckDB lacks grouping sets
    group by grouping sets ( -- noqa: PRS
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
        cast(n_events as bigint) as n_events
    from reduced
    where n_events > 0
)

select * from final
