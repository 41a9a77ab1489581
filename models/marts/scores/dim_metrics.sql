with metrics as (
    select * from {{ ref('metrics') }}
),

final as (
    select
        metric,
        split_part(sentence, ': ', 1) as metric_label,
        dimension,
        unit,
        direction,
        indicator,
        said_by,
        description,
        owner as metric_owner
    from metrics
)

select * from final
