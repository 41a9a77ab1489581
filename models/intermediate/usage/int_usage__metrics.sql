with spine as (
    select * from {{ ref('int_spine__account_days') }}
),

core_features as (
    select count(distinct feature_id) as n_core_features
    from {{ ref('stg_product__features') }}
    where is_core
),

top_users as (
    select * from {{ ref('int_usage__top_users') }}
),

totals as (
    {{ span_totals(ref('int_usage__spans'), 'spine', [
        'active_users_7d',
        'active_users_28d',
        'departments_active_28d',
        'features_28d',
        'core_features_28d',
        'active_days_28d',
        'user_days_28d',
        'events_7d',
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
        spine.tenure_days,
        mod(spine.day_number, 7) as weekday,
        -- the Sunday on or before the day
        {{ add_days('spine.as_of_date', '-mod(spine.day_number + 1, 7)') }} as last_week_end_date
    from spine
    inner join totals
        on spine.account_id = totals.account_id and spine.as_of_date = totals.as_of_date
),

-- twelve trailing weeks: the rows of the same weekday up to eleven weeks back
rolling as (
    select
        *,
        avg(case when events_7d > 0 then 1.0 else 0.0 end) over twelve_weeks
            as active_weeks_share_12w,
        -- from exact sums, so that the figure does not depend on how the window was computed
        sum(events_7d) over twelve_weeks as weekly_events_sum,
        sum(events_7d * events_7d) over twelve_weeks as weekly_events_square_sum,
        count(*) over twelve_weeks as n_weeks,
        max(features_28d) over four_weeks_before as features_previous_28d
    from placed
    window
        twelve_weeks as (
            partition by account_id, weekday
            order by day_number
            range between 77 preceding and current row
        ),
        four_weeks_before as (
            partition by account_id, weekday
            order by day_number
            range between 28 preceding and 28 preceding
        )
),

measured as (
    select
        rolling.account_id,
        rolling.as_of_date,
        rolling.seats,
        nullif(rolling.active_users_7d, 0) as active_users_7d,
        nullif(rolling.active_users_28d, 0) as active_users_28d,
        nullif(rolling.active_users_28d, 0) / nullif(rolling.seats, 0)
            as active_seat_share_28d,
        rolling.user_days_28d / 28 / nullif(rolling.active_users_28d, 0)
            as stickiness_dau_mau_28d,
        rolling.active_users_7d / nullif(rolling.active_users_28d, 0) as stickiness_wau_mau,
        rolling.logins_28d / 4 / nullif(rolling.active_users_28d, 0)
            as logins_per_user_week_28d,
        nullif(rolling.core_features_28d, 0) / nullif(core_features.n_core_features, 0)
            as core_feature_share_28d,
        rolling.key_events_28d / 4 / nullif(rolling.active_users_28d, 0)
            as key_feature_depth_28d,
        case
            when rolling.last_activity_day > 0
                then rolling.day_number - rolling.last_activity_day
        end as days_since_last_activity,
        -- a change needs both periods inside the account's life
        case
            when rolling.tenure_days >= 56
                then rolling.events_28d / nullif(rolling.events_previous_28d, 0) - 1
        end as usage_trend_28d,
        case
            when rolling.tenure_days >= 28
                then rolling.events_14d / nullif(rolling.events_previous_14d, 0) - 1
        end as usage_trend_14d,
        nullif(rolling.active_days_28d, 0) / 28 as active_days_share_28d,
        nullif(rolling.active_weeks_share_12w, 0) as active_weeks_share_12w,
        case
            when rolling.n_weeks >= 4
                then
                    sqrt(
                        greatest(
                            rolling.weekly_events_square_sum / rolling.n_weeks
                            - power(rolling.weekly_events_sum / rolling.n_weeks, 2),
                            0
                        )
                    ) / nullif(rolling.weekly_events_sum / rolling.n_weeks, 0)
        end as weekly_usage_variation_12w,
        case
            when rolling.tenure_days >= 56
                then rolling.features_28d / nullif(rolling.features_previous_28d, 0) - 1
        end as feature_diversity_change_28d,
        top_users.top_user_share_4w,
        nullif(rolling.departments_active_28d, 0) as departments_active_28d,
        nullif(rolling.events_28d, 0) as events_28d,
        nullif(rolling.registered_users, 0) as registered_users,
        nullif(rolling.page_views_28d, 0) as page_views_28d,
        nullif(rolling.stored_gb, 0) as stored_gb
    from rolling
    cross join core_features
    left join top_users
        on
            rolling.account_id = top_users.account_id
            and rolling.last_week_end_date = top_users.measured_date
),

final as (
    {{ metrics_as_of('usage', 'measured', computable={
        'active_seat_share_28d': 'measured.seats > 0',
    }) }}
)

select * from final
