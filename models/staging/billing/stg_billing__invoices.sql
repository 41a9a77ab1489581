with base as (
    select * from {{ ref('base_billing__invoices') }}
),

final as (
    select
        invoice_id,
        account_id,
        issued_date,
        due_date,
        paid_date,
        is_paid,
        amount,
        currency,
        coalesce(is_void, false) as is_void,
        -- paid on a day nobody knows is settled; so is an invoice over nothing
        not coalesce(is_void, false)
        and coalesce(amount <> 0, true)
        and (paid_date is not null or not coalesce(is_paid, false)) as is_owed,
        {{ known_date('known_at', 'issued_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
