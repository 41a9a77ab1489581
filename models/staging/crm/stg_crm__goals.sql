with base as (
    select * from {{ ref('base_crm__goals') }}
),

final as (
    select
        goal_id,
        account_id,
        set_date,
        due_date,
        achieved_date,
        measured_value,
        measured_at,
        {{ known_date('known_at', 'set_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
