with base as (
    select * from {{ ref('base_crm__activities') }}
),

final as (
    select
        activity_id,
        account_id,
        contact_id,
        activity_type,
        occurred_at,
        occasion_id,
        attendance,
        opened_at,
        clicked_at,
        answered_at,
        {{ known_date('known_at', 'occurred_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
