with base as (
    select * from {{ ref('base_support__organizations') }}
),

final as (
    select
        organization_id,
        account_id,
        created_at,
        {{ known_date('known_at', 'created_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
