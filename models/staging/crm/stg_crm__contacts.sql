with base as (
    select * from {{ ref('base_crm__contacts') }}
),

final as (
    select
        contact_id,
        account_id,
        department,
        created_at,
        left_at,
        {{ known_date('known_at', 'created_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
