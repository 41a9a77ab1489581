with base as (
    select * from {{ ref('base_billing__subscriptions') }}
),

final as (
    select
        subscription_id,
        account_id,
        plan,
        start_date,
        end_date,
        cancelled_date,
        seats,
        arr,
        currency,
        contract_structure,
        is_auto_renew,
        cast(coalesce(known_at, start_date) as date) as known_date
    from base
    where quarantine_reason is null
)

select * from final
