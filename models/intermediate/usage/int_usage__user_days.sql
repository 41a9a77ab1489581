{#- Where events and roll-up tell of one day of a person, the person was active once, as often as the one
    says that has more: nobody that either names is lost. What arrives later counts with what it adds. -#}
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
    from {{ ref('int_usage__overlaps') }}
),

people as (
    select
        account_id,
        user_id,
        activity_date,
        known_date,
        n_events,
        0 as n_rolled_up
    from event_days
    where breakdown = 'person' and user_id is not null
    union all
    select
        account_id,
        user_id,
        usage_date as activity_date,
        known_date,
        0 as n_events,
        sum(n_events) as n_rolled_up
    from daily_usage
    -- a roll-up of no events says that nobody did anything
    where n_events > 0 and user_id is not null
    group by 1, 2, 3, 4
),

placed as (
    select
        people.*,
        days_in_both.account_id is not null as is_in_both
    from people
    left join days_in_both
        on
            people.account_id = days_in_both.account_id
            and people.activity_date = days_in_both.activity_date
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
    from placed
    where is_in_both
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
    select
        account_id,
        user_id,
        activity_date,
        known_date,
        n_events + n_rolled_up as n_events
    from placed
    where not is_in_both
    union all
    select * from added
    where n_events > 0
)

select * from final
