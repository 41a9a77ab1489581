with base as (
    select * from {{ ref('base_product__daily_usage') }}
),

final as (
    select
        account_id,
        usage_date,
        event_name,
        user_id,
        n_events,
        n_users,
        {{ known_date('known_at', 'usage_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
