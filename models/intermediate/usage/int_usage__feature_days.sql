{{ config(materialized='view') }}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

features as (
    select * from {{ ref('stg_product__features') }}
),

activity as (
    select
        account_id,
        event_name,
        activity_date,
        known_date,
        n_events
    from event_days
    where breakdown = 'event'
    union all
    select
        account_id,
        event_name,
        usage_date as activity_date,
        known_date,
        sum(n_events) as n_events
    from daily_usage
    -- a roll-up of no events says that nobody did anything
    where n_events > 0
    group by 1, 2, 3, 4
),

final as (
    select
        activity.account_id,
        -- an event the catalogue does not list is a feature of its own
        coalesce(features.feature_id, activity.event_name) as feature_id,
        coalesce(features.feature_type, 'feature') as feature_type,
        coalesce(features.is_core, false) as is_core,
        coalesce(features.is_key, false) as is_key,
        activity.activity_date,
        activity.known_date,
        activity.n_events
    from activity
    left join features on activity.event_name = features.event_name
)

select * from final
