-- A change that its causes do not add up to is not explained. Within 1e-9, for every account.
with parts as (
    select distinct
        account_id,
        scorecard,
        as_of_date,
        health_score
    from {{ ref('int_scoring__parts') }}
),

past_days as (
    select * from {{ ref('int_scoring__past_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

explained as (
    select
        account_id,
        change_days,
        sum(points) as points
    from {{ ref('fct_score_changes') }}
    group by account_id, change_days
)

select
    past_days.account_id,
    past_days.change_days,
    today.health_score - past.health_score as change_of_score,
    explained.points
from past_days
cross join clock
inner join parts as today
    on past_days.account_id = today.account_id and clock.as_of_date = today.as_of_date
inner join parts as past
    on
        past_days.account_id = past.account_id
        and past_days.past_date = past.as_of_date
        and today.scorecard = past.scorecard
left join explained
    on past_days.account_id = explained.account_id and past_days.change_days = explained.change_days
where
    abs(today.health_score - past.health_score - coalesce(explained.points, 0)) > 1e-9
