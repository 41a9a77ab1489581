{#- Plays that were run, as far as the CRM had told of them; one that was put off was not. -#}

with runs as (
    select * from {{ ref('stg_crm__playbook_runs') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

final as (
    select
        runs.playbook_run_id,
        runs.account_id,
        runs.playbook,
        runs.started_at,
        cast(runs.started_at as date) as started_date,
        cast(runs.finished_at as date) as finished_date,
        runs.outcome
    from runs
    inner join clock on runs.known_date <= clock.as_of_date
    where runs.snoozed_until is null or runs.finished_at is not null
)

select * from final
