-- The usage metrics as most people would first write them: every event joined to every date whose
-- window it lies in, then one aggregate. For clean data: nothing is typed, judged or deduplicated.
-- Variables: raw, the folder of raw data; every_days, 1 for each date, 7 for Sundays only.
-- The accounts, dates and paid seats are those of the attached warehouse. Left out: how many
-- features, since a name must first show to be one, and departments, which are unknown where nobody's is.

with features as (
    select * from read_parquet(getvariable('raw') || '/product/features.parquet')
),

events as (
    select
        events.account_id,
        events.user_id,
        cast(events.occurred_at as date) as activity_date,
        cast(greatest(events.known_at, events.occurred_at) as date) as known_date,
        coalesce(features.feature_id, events.event_name) as feature_id,
        coalesce(features.feature_type, 'feature') as feature_type,
        coalesce(features.is_core, false) as is_core,
        coalesce(features.is_key, false) as is_key,
    from read_parquet(getvariable('raw') || '/product/events/*.parquet') as events
    left join features on events.event_name = features.event_name
),

core_features as (
    select count(distinct feature_id) as n_core_features
    from features
    where is_core and feature_type = 'feature'
),

dates as (
    select
        account_id,
        as_of_date,
        seats,
    from warehouse.intermediate.int_spine__account_days
    where getvariable('every_days') = 1 or isodow(as_of_date) = 7
),

-- without a bound on age, so each account's days only: with its events this would never end
last_activities as (
    select
        dates.account_id,
        dates.as_of_date,
        max(days.activity_date) as last_activity_date,
    from dates
    inner join (select distinct account_id, activity_date, known_date from events) as days
        on dates.account_id = days.account_id and days.known_date <= dates.as_of_date
    group by all
),

counted as (
    select
        dates.account_id,
        dates.as_of_date,
        any_value(dates.seats) as seats,
        count(distinct events.user_id) filter (events.activity_date > dates.as_of_date - 7)
            as active_users_7d,
        count(distinct events.user_id) filter (events.activity_date > dates.as_of_date - 28)
            as active_users_28d,
        count(distinct (events.user_id, events.activity_date)) filter (
            events.activity_date > dates.as_of_date - 28 and events.user_id is not null
        ) as user_days_28d,
        count(distinct events.activity_date) filter (events.activity_date > dates.as_of_date - 28)
            as active_days_28d,
        count(distinct events.feature_id) filter (
            events.activity_date > dates.as_of_date - 28
            and events.feature_type = 'feature'
            and events.is_core
        ) as core_features_28d,
        count(events.account_id) filter (events.activity_date > dates.as_of_date - 14)
            as events_14d,
        count(events.account_id) filter (
            events.activity_date <= dates.as_of_date - 14
            and events.activity_date > dates.as_of_date - 28
        ) as events_previous_14d,
        count(events.account_id) filter (events.activity_date > dates.as_of_date - 28)
            as events_28d,
        count(events.account_id) filter (events.activity_date <= dates.as_of_date - 28)
            as events_previous_28d,
        count(*) filter (
            events.activity_date > dates.as_of_date - 28 and events.feature_type = 'login'
        ) as logins_28d,
        count(*) filter (
            events.activity_date > dates.as_of_date - 28 and events.feature_type = 'page_view'
        ) as page_views_28d,
        count(*) filter (events.activity_date > dates.as_of_date - 28 and events.is_key)
            as key_events_28d,
    from dates
    left join events
        on
            dates.account_id = events.account_id
            and events.activity_date > dates.as_of_date - 56
            and events.activity_date <= dates.as_of_date
            and events.known_date <= dates.as_of_date
    group by dates.account_id, dates.as_of_date
)

select
    counted.account_id,
    counted.as_of_date,
    counted.active_users_7d,
    counted.active_users_28d,
    counted.active_users_28d / nullif(counted.seats, 0) as active_seat_share_28d,
    counted.user_days_28d / 28 / nullif(counted.active_users_28d, 0) as stickiness_dau_mau_28d,
    counted.active_users_7d / nullif(counted.active_users_28d, 0) as stickiness_wau_mau,
    counted.logins_28d / 4 / nullif(counted.active_users_28d, 0) as logins_per_user_week_28d,
    counted.core_features_28d / core_features.n_core_features as core_feature_share_28d,
    counted.key_events_28d / 4 / nullif(counted.active_users_28d, 0) as key_feature_depth_28d,
    counted.as_of_date - last_activities.last_activity_date as days_since_last_activity,
    counted.events_28d / nullif(counted.events_previous_28d, 0) - 1 as usage_trend_28d,
    counted.events_14d / nullif(counted.events_previous_14d, 0) - 1 as usage_trend_14d,
    counted.active_days_28d / 28 as active_days_share_28d,
    counted.events_28d,
    counted.page_views_28d,
from counted
cross join core_features
left join last_activities
    on
        counted.account_id = last_activities.account_id
        and counted.as_of_date = last_activities.as_of_date
