with base as (
    select * from {{ ref('base_crm__playbook_runs') }}
),

final as (
    select
        playbook_run_id,
        account_id,
        playbook,
        started_at,
        finished_at,
        snoozed_until,
        outcome,
        {{ known_date('known_at', 'started_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
