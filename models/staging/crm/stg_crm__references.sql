with base as (
    select * from {{ ref('base_crm__references') }}
),

final as (
    select
        reference_id,
        account_id,
        reference_type,
        given_date,
        status,
        {{ known_date('known_at', 'given_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
