with metrics as (
    select * from {{ ref('metrics') }}
),

feeds as (
    select * from {{ ref('int_sources__feeds') }}
),

final as (
    select
        metrics.metric,
        metrics.dimension,
        metrics.feed,
        metrics.unit,
        metrics.shape,
        metrics.weight,
        metrics.when_absent = 'zero' as is_zero_when_absent,
        metrics.warm_up_days,
        feeds.connected_from,
        {{ add_days('feeds.connected_from', 'metrics.warm_up_days') }} as usable_from
    from metrics
    left join feeds on metrics.feed = feeds.feed
)

select * from final
