{#- Where events and roll-up tell of one day of a person, the person was active once, as often as
    the one says that has more: nobody that either names is lost. What arrives later counts with
    what it adds. -#}
{{ config(materialized='view') }}

with event_days as (
    select * from {{ ref('stg_product__event_days') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

days_in_both as (
    select distinct
        account_id,
        activity_date
    from {{ ref('int_facts__usage_overlaps') }}
),

only_in_events as (
    select
        event_days.account_id,
        event_days.user_id,
        event_days.activity_date,
        event_days.known_date,
        event_days.n_events
    from event_days
    left join days_in_both
        on
            event_days.account_id = days_in_both.account_id
            and event_days.activity_date = days_in_both.activity_date
    where
        event_days.breakdown = 'person'
        and event_days.user_id is not null
        and days_in_both.account_id is null
),

-- a roll-up of no events says that nobody did anything
rolled_up as (
    select
        account_id,
        user_id,
        usage_date as activity_date,
        known_date,
        n_events
    from daily_usage
    where n_events > 0 and user_id is not null
),

only_rolled_up as (
    select
        rolled_up.account_id,
        rolled_up.user_id,
        rolled_up.activity_date,
        rolled_up.known_date,
        sum(rolled_up.n_events) as n_events
    from rolled_up
    left join days_in_both
        on
            rolled_up.account_id = days_in_both.account_id
            and rolled_up.activity_date = days_in_both.activity_date
    where days_in_both.account_id is null
    group by 1, 2, 3, 4
),

told_in_both as (
    select
        event_days.account_id,
        event_days.user_id,
        event_days.activity_date,
        event_days.known_date,
        event_days.n_events,
        0 as n_rolled_up
    from event_days
    inner join days_in_both
        on
            event_days.account_id = days_in_both.account_id
            and event_days.activity_date = days_in_both.activity_date
    where event_days.breakdown = 'person' and event_days.user_id is not null
    union all
    select
        rolled_up.account_id,
        rolled_up.user_id,
        rolled_up.activity_date,
        rolled_up.known_date,
        0 as n_events,
        rolled_up.n_events as n_rolled_up
    from rolled_up
    inner join days_in_both
        on
            rolled_up.account_id = days_in_both.account_id
            and rolled_up.activity_date = days_in_both.activity_date
),

told_so_far as (
    select
        account_id,
        user_id,
        activity_date,
        known_date,
        greatest(
            sum(sum(n_events)) over so_far, sum(sum(n_rolled_up)) over so_far
        ) as n_events
    from told_in_both
    group by 1, 2, 3, 4
    window so_far as (
        partition by account_id, user_id, activity_date
        order by known_date
        rows unbounded preceding
    )
),

added as (
    select
        account_id,
        user_id,
        activity_date,
        known_date,
        n_events - coalesce(
            lag(n_events) over (
                partition by account_id, user_id, activity_date order by known_date
            ),
            0
        ) as n_events
    from told_so_far
),

final as (
    select * from only_in_events
    union all
    select * from only_rolled_up
    union all
    select * from added
    where n_events > 0
)

select * from final
