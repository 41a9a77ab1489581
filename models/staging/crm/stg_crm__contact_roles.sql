with base as (
    select * from {{ ref('base_crm__contact_roles') }}
),

final as (
    select
        contact_id,
        account_id,
        role,
        start_date,
        end_date,
        {{ known_date('known_at', 'start_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
