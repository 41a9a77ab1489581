with base as (
    select * from {{ ref('base_signals__account_signals') }}
),

final as (
    select
        signal_id,
        account_id,
        contact_id,
        signal_type,
        occurred_at,
        {{ known_date('known_at', 'occurred_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
