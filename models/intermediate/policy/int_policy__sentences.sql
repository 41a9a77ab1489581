with metrics as (
    select * from {{ ref('metrics') }}
),

numbers as (
    select * from {{ ref('thresholds') }}
),

final as (
    select
        metrics.metric,
        metrics.said_by,
        metrics.shape,
        metrics.shown_as,
        case
            when numbers.threshold is null then metrics.sentence
            else replace(
                metrics.sentence,
                '{' || numbers.threshold || '}',
                {{ without_zero_decimals('cast(numbers.value as varchar)') }}
            )
        end as sentence
    from metrics
    left join numbers
        on {{ dbt.position("'{' || numbers.threshold || '}'", 'metrics.sentence') }} > 0
)

select * from final
