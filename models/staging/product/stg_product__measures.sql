with base as (
    select * from {{ ref('base_product__measures') }}
),

final as (
    select
        account_id,
        measured_date,
        measure,
        measured_value,
        {{ known_date('known_at', 'measured_date') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
