with metrics as (
    select * from {{ ref('metrics') }}
),

sentences as (
    select * from {{ ref('int_policy__sentences') }}
),

final as (
    select
        metrics.metric,
        split_part(sentences.sentence, ': ', 1) as metric_label,
        metrics.dimension,
        metrics.unit,
        metrics.direction,
        metrics.indicator,
        metrics.said_by,
        metrics.shown_as,
        metrics.description,
        metrics.owner as metric_owner
    from metrics
    inner join sentences on metrics.metric = sentences.metric
)

select * from final
