with base as (
    select * from {{ ref('base_support__tickets') }}
),

final as (
    select
        ticket_id,
        account_id,
        priority,
        created_at,
        first_response_at,
        resolved_at,
        reopened_at,
        escalated_at,
        is_escalated,
        csat_score,
        csat_at,
        sentiment,
        {{ known_date('known_at', 'created_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
