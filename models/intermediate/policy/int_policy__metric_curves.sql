{#- The curve of each metric for each segment and lifecycle stage: the most specific rule of the
    policy (both named, then the stage, then the segment, then neither), as up to five knots. Between
    two knots of a line the score runs at `slope`; the slope of a step is 0, and so is that beyond
    the last knot. -#}

with curves as (
    select * from {{ ref('metric_curves') }}
),

metrics as (
    select * from {{ ref('metrics') }}
),

places as (
    select * from {{ ref('int_policy__places') }}
),

rules as (
    select distinct
        metric,
        segment,
        lifecycle_stage,
        case when lifecycle_stage = 'all' then 0 else 2 end
        + case when segment = 'all' then 0 else 1 end as precedence
    from curves
),

matched as (
    select
        places.segment,
        places.lifecycle_stage,
        rules.metric,
        rules.segment as rule_segment,
        rules.lifecycle_stage as rule_lifecycle_stage,
        row_number() over (
            partition by places.segment, places.lifecycle_stage, rules.metric
            order by rules.precedence desc
        ) as rule_rank
    from places
    inner join rules
        on
            rules.segment in ('all', places.segment)
            and rules.lifecycle_stage in ('all', places.lifecycle_stage)
),

final as (
    select
        matched.segment,
        matched.lifecycle_stage,
        matched.metric,
        row_number() over (
            partition by matched.segment, matched.lifecycle_stage, matched.metric
            order by curves.at_value
        ) as knot,
        cast(curves.at_value as double) as at_value,
        cast(curves.score as double) as score,
        case
            when metrics.shape = 'steps' then 0
            else coalesce(
                (
                    lead(curves.score) over (
                        partition by matched.segment, matched.lifecycle_stage, matched.metric
                        order by curves.at_value
                    ) - curves.score
                ) / nullif(
                    lead(curves.at_value) over (
                        partition by matched.segment, matched.lifecycle_stage, matched.metric
                        order by curves.at_value
                    ) - curves.at_value,
                    0
                ),
                0
            )
        end as slope
    from matched
    inner join curves
        on
            matched.metric = curves.metric
            and matched.rule_segment = curves.segment
            and matched.rule_lifecycle_stage = curves.lifecycle_stage
    inner join metrics on matched.metric = metrics.metric
    where matched.rule_rank = 1
)

select * from final
