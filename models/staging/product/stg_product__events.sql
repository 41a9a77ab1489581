with base as (
    select * from {{ ref('base_product__events') }}
),

final as (
    select
        event_id,
        account_id,
        user_id,
        event_name,
        occurred_at,
        {{ known_date('known_at', 'occurred_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
