{{ config(materialized='view') }}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

final as (
    select
        account_id,
        user_id,
        activity_date,
        known_date,
        n_events
    from event_days
    where breakdown = 'person'
    union all
    select
        account_id,
        user_id,
        usage_date as activity_date,
        known_date,
        sum(n_events) as n_events
    from daily_usage
    -- a roll-up of no events says that nobody did anything
    where n_events > 0
    group by 1, 2, 3, 4
)

select * from final
