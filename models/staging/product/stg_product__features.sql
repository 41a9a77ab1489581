with base as (
    select * from {{ ref('base_product__features') }}
),

final as (
    select
        event_name,
        feature_id,
        feature_name,
        feature_type,
        coalesce(is_core, false) as is_core,
        coalesce(is_key, false) as is_key
    from base
    where quarantine_reason is null
)

select * from final
