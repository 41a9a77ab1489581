with base as (
    select * from {{ ref('base_crm__score_overrides') }}
),

final as (
    select
        override_id,
        account_id,
        verdict,
        reason_code,
        author_id,
        set_at,
        expires_at,
        {{ known_date('known_at', 'set_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
