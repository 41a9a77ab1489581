with base as (
    select * from {{ ref('base_crm__opportunities') }}
),

final as (
    select
        opportunity_id,
        account_id,
        opportunity_type,
        stage,
        amount,
        created_at,
        closed_at,
        is_won,
        {{ known_date('known_at', 'created_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
