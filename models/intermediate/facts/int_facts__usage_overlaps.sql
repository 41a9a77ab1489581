{#- Events and their daily roll-up are two reports of the same activity, so on an account's day
    that has both only one of them counts: events, which know the names, unless the roll-up has
    more (an event stream that began within the day, or lost some). Which one has more is judged
    on each day by what is known by then, so it may change as rows arrive. -#}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

rolled_up as (
    select
        account_id,
        usage_date as activity_date,
        known_date,
        sum(n_events) as n_rolled_up
    from daily_usage
    where n_events > 0
    group by 1, 2, 3
),

days_rolled_up as (
    select distinct
        account_id,
        activity_date
    from rolled_up
),

counted as (
    select
        event_days.account_id,
        event_days.activity_date,
        event_days.known_date,
        sum(event_days.n_events) as n_events
    from event_days
    inner join days_rolled_up
        on
            event_days.account_id = days_rolled_up.account_id
            and event_days.activity_date = days_rolled_up.activity_date
    where event_days.breakdown = 'event'
    group by 1, 2, 3
),

days_counted as (
    select distinct
        account_id,
        activity_date
    from counted
),

reports as (
    select
        account_id,
        activity_date,
        known_date,
        n_events,
        0 as n_rolled_up
    from counted
    union all
    select
        rolled_up.account_id,
        rolled_up.activity_date,
        rolled_up.known_date,
        0 as n_events,
        rolled_up.n_rolled_up
    from rolled_up
    inner join days_counted
        on
            rolled_up.account_id = days_counted.account_id
            and rolled_up.activity_date = days_counted.activity_date
),

known as (
    select
        account_id,
        activity_date,
        known_date,
        sum(sum(n_events)) over so_far as n_events,
        sum(sum(n_rolled_up)) over so_far as n_rolled_up
    from reports
    group by 1, 2, 3
    window so_far as (
        partition by account_id, activity_date
        order by known_date
        rows unbounded preceding
    )
),

judged as (
    select
        *,
        n_rolled_up > n_events as is_rolled_up
    from known
),

compared as (
    select
        *,
        lag(is_rolled_up) over (
            partition by account_id, activity_date order by known_date
        ) as was_rolled_up,
        cast(max(n_events) over (partition by account_id, activity_date) as bigint)
            as n_events_in_all,
        cast(max(n_rolled_up) over (partition by account_id, activity_date) as bigint)
            as n_rolled_up_in_all
    from judged
),

final as (
    select
        account_id,
        activity_date,
        is_rolled_up,
        known_date as from_date,
        lead(known_date) over (
            partition by account_id, activity_date order by known_date
        ) as until_date,
        n_events_in_all,
        n_rolled_up_in_all
    from compared
    where was_rolled_up is null or was_rolled_up <> is_rolled_up
)

select * from final
