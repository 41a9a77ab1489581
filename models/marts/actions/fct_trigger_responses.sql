{#- What was done about each trigger: the first play and the first touch after it. -#}

with triggers as (
    select * from {{ ref('fct_playbook_triggers') }}
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

plays as (
    select * from {{ ref('int_facts__play_runs') }}
),

touches as (
    select * from {{ ref('int_facts__touches') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

awaited as (
    select
        triggers.*,
        {{ add_days('triggers.as_of_date', 'playbooks.due_days') }} as due_date,
        {{ add_days('triggers.as_of_date', 'thresholds.trigger_response_days') }} as last_date
    from triggers
    inner join playbooks on triggers.playbook = playbooks.playbook
    cross join thresholds
),

played as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        plays.playbook as play_run,
        plays.started_date,
        plays.finished_date,
        plays.outcome,
        row_number() over (
            partition by awaited.account_id, awaited.as_of_date, awaited.trigger
            order by plays.started_at, plays.playbook_run_id
        ) as run_number
    from awaited
    inner join plays
        on
            awaited.account_id = plays.account_id
            and awaited.as_of_date <= plays.started_date
            and awaited.last_date >= plays.started_date
),

touched as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        min(touches.activity_date) as first_touch_date
    from awaited
    inner join touches
        on
            awaited.account_id = touches.account_id
            and awaited.as_of_date < touches.activity_date
            and awaited.last_date >= touches.activity_date
    group by awaited.account_id, awaited.as_of_date, awaited.trigger
),

final as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        awaited.playbook,
        awaited.csm_owner_id,
        awaited.due_date,
        played.play_run,
        played.started_date as play_started_date,
        played.finished_date as play_finished_date,
        played.outcome as play_outcome,
        touched.first_touch_date,
        {{ days_between(
            'awaited.as_of_date',
            'least(
                coalesce(played.started_date, touched.first_touch_date),
                coalesce(touched.first_touch_date, played.started_date)
            )'
        ) }} as days_to_response,
        case
            when awaited.is_held_out then 'held out'
            when played.finished_date is not null then 'done'
            when played.started_date is not null then 'play started'
            when touched.first_touch_date is not null then 'touched'
            when clock.as_of_date > awaited.last_date then 'missed'
            else 'open'
        end as response
    from awaited
    cross join clock
    left join played
        on
            awaited.account_id = played.account_id
            and awaited.as_of_date = played.as_of_date
            and awaited.trigger = played.trigger
            and played.run_number = 1
    left join touched
        on
            awaited.account_id = touched.account_id
            and awaited.as_of_date = touched.as_of_date
            and awaited.trigger = touched.trigger
)

select * from final
