{{ config(materialized='view') }}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

days_in_both as (
    select * from {{ ref('int_facts__usage_overlaps') }}
),

features as (
    select * from {{ ref('stg_product__features') }}
),

names as (
    select
        event_name,
        feature_id,
        feature_type,
        is_core,
        is_key
    from features
    union all
    -- a roll-up may name the feature itself
    select
        feature_id as event_name,
        feature_id,
        min(feature_type) as feature_type,
        max(case when is_core then 1 else 0 end) = 1 as is_core,
        max(case when is_key then 1 else 0 end) = 1 as is_key
    from features
    where feature_id not in (select listed.event_name from features as listed)
    group by feature_id
),

activity as (
    select
        account_id,
        event_name,
        false as is_rolled_up,
        activity_date,
        known_date,
        n_events
    from event_days
    where breakdown = 'event'
    union all
    select
        account_id,
        event_name,
        true as is_rolled_up,
        usage_date as activity_date,
        known_date,
        sum(n_events) as n_events
    from daily_usage
    -- a roll-up of no events says that nobody did anything
    where n_events > 0
    group by account_id, event_name, usage_date, known_date
),

-- on a day in both tables a row counts while its table is the one that does
counted as (
    select
        activity.account_id,
        activity.event_name,
        activity.activity_date,
        greatest(
            activity.known_date, coalesce(days_in_both.from_date, activity.known_date)
        ) as known_date,
        days_in_both.until_date as superseded_date,
        activity.n_events
    from activity
    left join days_in_both
        on
            activity.account_id = days_in_both.account_id
            and activity.activity_date = days_in_both.activity_date
    where
        days_in_both.account_id is null
        or (
            activity.is_rolled_up = days_in_both.is_rolled_up
            and (days_in_both.until_date is null or activity.known_date < days_in_both.until_date)
        )
),

final as (
    select
        counted.account_id,
        -- an event the catalogue does not list is a feature of its own
        coalesce(names.feature_id, counted.event_name) as feature_id,
        names.feature_id is not null as is_listed,
        coalesce(names.feature_type, 'feature') as feature_type,
        coalesce(names.is_core, false) as is_core,
        coalesce(names.is_key, false) as is_key,
        counted.activity_date,
        counted.known_date,
        counted.superseded_date,
        counted.n_events
    from counted
    left join names on counted.event_name = names.event_name
)

select * from final
