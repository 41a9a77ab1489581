{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

core_features as (
    select count(distinct feature_id) as n_core_features
    from {{ ref('stg_product__features') }}
    where is_core and feature_type = 'feature'
),

in_use as (
    select * from {{ ref('int_usage__features_in_use') }}
),

days as (
    select distinct as_of_date
    from spine
),

features_in_use as (
    select
        days.as_of_date,
        count(*) as n_features_in_use
    from days
    inner join in_use
        on
            days.as_of_date >= in_use.from_date
            and days.as_of_date < in_use.until_date
    group by days.as_of_date
),

weeks as (
    select * from {{ ref('int_usage__weeks') }}
),

totals as (
    {{ span_totals(ref('int_usage__spans'), 'spine', [
        'active_users_7d',
        'active_users_28d',
        'departments_active_28d',
        'features_28d',
        'features_previous_28d',
        'core_features_28d',
        'active_days_28d',
        'user_days_28d',
        'events_14d',
        'events_previous_14d',
        'events_28d',
        'events_previous_28d',
        'logins_28d',
        'page_views_28d',
        'key_events_28d',
        'last_activity_day',
        'registered_users',
        'stored_gb',
    ]) }}
),

placed as (
    select
        totals.*,
        spine.day_number,
        spine.seats,
        -- the Sunday on or before the day
        {{ add_days('spine.as_of_date', '-mod(spine.day_number + 1, 7)') }} as last_week_end_date
    from spine
    inner join totals
        on spine.account_id = totals.account_id and spine.as_of_date = totals.as_of_date
),

measured as (
    select
        placed.account_id,
        placed.as_of_date,
        placed.seats,
        nullif(placed.active_users_7d, 0) as active_users_7d,
        nullif(placed.active_users_28d, 0) as active_users_28d,
        nullif(placed.active_users_28d, 0) / nullif(placed.seats, 0)
            as active_seat_share_28d,
        placed.user_days_28d / 28 / nullif(placed.active_users_28d, 0)
            as stickiness_dau_mau_28d,
        placed.active_users_7d / nullif(placed.active_users_28d, 0) as stickiness_wau_mau,
        placed.logins_28d / 4 / nullif(placed.active_users_28d, 0)
            as logins_per_user_week_28d,
        nullif(placed.core_features_28d, 0) / nullif(core_features.n_core_features, 0)
            as core_feature_share_28d,
        nullif(placed.features_28d, 0) / features_in_use.n_features_in_use as feature_share_28d,
        features_in_use.n_features_in_use,
        placed.key_events_28d / 4 / nullif(placed.active_users_28d, 0)
            as key_feature_depth_28d,
        case
            when placed.last_activity_day > 0
                then placed.day_number - placed.last_activity_day
        end as days_since_last_activity,
        placed.events_28d / nullif(placed.events_previous_28d, 0) - 1 as usage_trend_28d,
        placed.events_14d / nullif(placed.events_previous_14d, 0) - 1 as usage_trend_14d,
        nullif(placed.active_days_28d, 0) / 28 as active_days_share_28d,
        weeks.active_weeks_share_12w,
        weeks.weekly_usage_variation_12w,
        placed.features_28d / nullif(placed.features_previous_28d, 0) - 1
            as feature_diversity_change_28d,
        weeks.top_user_share_4w,
        nullif(placed.departments_active_28d, 0) as departments_active_28d,
        nullif(placed.events_28d, 0) as events_28d,
        nullif(placed.registered_users, 0) as registered_users,
        nullif(placed.page_views_28d, 0) as page_views_28d,
        nullif(placed.stored_gb, 0) as stored_gb
    from placed
    cross join core_features
    left join features_in_use on placed.as_of_date = features_in_use.as_of_date
    left join weeks
        on
            placed.account_id = weeks.account_id
            and placed.last_week_end_date = weeks.measured_date
),

final as (
    {#- activity without people in it does not say that nobody was active -#}
    {% set people_known = 'measured.active_users_28d > 0 or measured.events_28d is null' %}
    {{ metrics_as_of('usage', 'measured', absence_known={
        'active_users_7d': people_known,
        'active_users_28d': people_known,
        'active_seat_share_28d': 'measured.seats > 0 and (' ~ people_known ~ ')',
        'stickiness_dau_mau_28d': people_known,
        'stickiness_wau_mau': people_known,
        'logins_per_user_week_28d': people_known,
        'key_feature_depth_28d': people_known,
        'top_user_share_4w': people_known,
        'feature_share_28d': 'measured.n_features_in_use > 0',
        'departments_active_28d': 'measured.active_users_28d is null and measured.events_28d is null',
        'weekly_usage_variation_12w': 'measured.active_weeks_share_12w is null',
    }) }}
)

select * from final
