{#- A metric may be read of several feeds, joined by +, and is connected when all of them are. -#}
with metrics as (
    select * from {{ ref('metrics') }}
),

feeds as (
    select * from {{ ref('int_feeds__connected') }}
),

connected as (
    select
        metrics.metric,
        case
            when
                count(feeds.feed)
                > {{ dbt.length('metrics.feed') }}
                - {{ dbt.length(dbt.replace('metrics.feed', "'+'", "''")) }}
                then max(feeds.connected_from)
        end as connected_from,
        max(feeds.recorded_from) as recorded_from
    from metrics
    left join feeds
        on {{ dbt.position("'+' || feeds.feed || '+'", "'+' || metrics.feed || '+'") }} > 0
    group by metrics.metric, metrics.feed
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
        metrics.when_absent = 'not_applicable' as is_not_applicable_when_absent,
        metrics.warm_up_days,
        connected.connected_from,
        case
            when connected.connected_from is not null
                then greatest(
                    connected.connected_from,
                    {{ add_days('connected.recorded_from', 'metrics.warm_up_days') }}
                )
        end as usable_from
    from metrics
    inner join connected on metrics.metric = connected.metric
)

select * from final
