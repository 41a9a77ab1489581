{#- Accounts that their owners have put off, as far as the CRM had told of it: the last time. -#}

with runs as (
    select * from {{ ref('stg_crm__playbook_runs') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

last_snoozes as (
    select
        runs.account_id,
        max(cast(runs.started_at as date)) as snoozed_date,
        max_by(runs.snoozed_until, runs.started_at) as asked_date
    from runs
    inner join clock on runs.known_date <= clock.as_of_date
    where runs.snoozed_until is not null and runs.finished_at is null
    group by runs.account_id
),

final as (
    select
        last_snoozes.account_id,
        last_snoozes.snoozed_date,
        least(
            last_snoozes.asked_date,
            {{ add_days('last_snoozes.snoozed_date', 'thresholds.snooze_longest_days') }}
        ) as until_date
    from last_snoozes
    cross join thresholds
)

select * from final
