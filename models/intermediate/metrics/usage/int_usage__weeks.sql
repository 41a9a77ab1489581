{#- What cannot be summed from spans is taken once a week: on each Sunday over the complete weeks
    that end on it or before, from what was known by then. -#}

with people as (
    select * from {{ ref('int_facts__user_days') }}
),

activity as (
    select * from {{ ref('int_facts__feature_days') }}
),

feeds as (
    select * from {{ ref('int_feeds__connected') }}
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
),

first_contracts as (
    select distinct
        account_id,
        first_contract_date
    from terms
),

feed as (
    select connected_from
    from feeds
    where feed = 'product_activity'
),

user_weeks as (
    select
        account_id,
        user_id,
        {{ dbt.last_day('activity_date', 'week') }} as week_end_date,
        {{ dbt.last_day('known_date', 'week') }} as known_week_end_date,
        sum(n_events) as n_events
    from people
    -- twelve weeks before the Sunday that the window's first day looks back to
    where {{ in_window('activity_date', 7 * 13) }}
    group by 1, 2, 3, 4
),

account_weeks as (
    select
        account_id,
        {{ dbt.last_day('activity_date', 'week') }} as week_end_date,
        {{ dbt.last_day('known_date', 'week') }} as known_week_end_date,
        {{ dbt.last_day('superseded_date', 'week') }} as superseded_week_end_date,
        sum(n_events) as n_events
    from activity
    where {{ in_window('activity_date', 7 * 13) }}
    group by 1, 2, 3, 4
),

-- each week counts on the Sunday that ends it and on those after, while its window lasts
windows_4w as (
    {% for weeks in range(4) %}
        select
            account_id,
            user_id,
            {{ add_days('week_end_date', 7 * weeks) }} as measured_date,
            n_events
        from user_weeks
        where known_week_end_date <= {{ add_days('week_end_date', 7 * weeks) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

windows_12w as (
    {% for weeks in range(12) %}
        select
            account_id,
            week_end_date,
            {{ add_days('week_end_date', 7 * weeks) }} as measured_date,
            n_events
        from account_weeks
        where
            known_week_end_date <= {{ add_days('week_end_date', 7 * weeks) }}
            and (
                superseded_week_end_date is null
                or superseded_week_end_date > {{ add_days('week_end_date', 7 * weeks) }}
            )
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

user_totals as (
    select
        account_id,
        user_id,
        measured_date,
        sum(n_events) as n_events
    from windows_4w
    group by 1, 2, 3
),

top_users as (
    select
        account_id,
        measured_date,
        cast(max(n_events) as double) / cast(sum(n_events) as double) as top_user_share_4w
    from user_totals
    group by 1, 2
),

-- weeks that began before the first contract, or before the feed, were no weeks of the account
week_totals as (
    select
        windows_12w.account_id,
        windows_12w.measured_date,
        windows_12w.week_end_date,
        least(
            12,
            floor(
                (
                    {{ days_between(
                        'greatest(first_contracts.first_contract_date, feed.connected_from)',
                        'windows_12w.measured_date'
                    ) }} + 1
                ) / 7
            )
        ) as n_weeks,
        sum(windows_12w.n_events) as n_events
    from windows_12w
    inner join first_contracts on windows_12w.account_id = first_contracts.account_id
    cross join feed
    where
        {{ add_days('windows_12w.week_end_date', -6) }}
        >= greatest(first_contracts.first_contract_date, feed.connected_from)
    group by 1, 2, 3, 4
),

twelve_weeks as (
    select
        account_id,
        measured_date,
        n_weeks,
        count(*) as n_active_weeks,
        cast(sum(n_events) as double) as events_sum,
        cast(sum(n_events * n_events) as double) as events_square_sum
    from week_totals
    group by 1, 2, 3
),

final as (
    select
        coalesce(twelve_weeks.account_id, top_users.account_id) as account_id,
        coalesce(twelve_weeks.measured_date, top_users.measured_date) as measured_date,
        top_users.top_user_share_4w,
        twelve_weeks.n_active_weeks / twelve_weeks.n_weeks as active_weeks_share_12w,
        case
            when twelve_weeks.n_weeks >= 4
                then
                    sqrt(
                        greatest(
                            twelve_weeks.events_square_sum / twelve_weeks.n_weeks
                            - power(twelve_weeks.events_sum / twelve_weeks.n_weeks, 2),
                            0
                        )
                    ) / (twelve_weeks.events_sum / twelve_weeks.n_weeks)
        end as weekly_usage_variation_12w
    from twelve_weeks
    full outer join top_users
        on
            twelve_weeks.account_id = top_users.account_id
            and twelve_weeks.measured_date = top_users.measured_date
    where {{ in_window('coalesce(twelve_weeks.measured_date, top_users.measured_date)', 6) }}
)

select * from final
