with base as (
    select * from {{ ref('base_product__users') }}
),

final as (
    select
        user_id,
        account_id,
        department,
        created_at,
        deactivated_at,
        {{ known_date('known_at', 'created_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
