-- Which metrics earn their weight inside their dimension?
-- Read: a row per metric. `share_of_dimension` is its weight, among what was known, over the
-- customers of the newest day; `fair_share` what it would be by correlation with retention alone.
-- Verdicts go by `effect`: predictive where its whole interval lies above least_effect_spreads.
-- `proposal` names candidates only: 'raise' and 'lower' where evidence and weight differ by more
-- than half, 'give a weight' to one without, 'turn or drop' an inverted one.
-- Act: by hand, few at a time, in seeds/policy/metrics.csv. Metrics of a dimension tell much the
-- same, and a correlation counts that double; one that people can act on, or that leads, is worth
-- more than its correlation. What is changed on this evidence can be judged only by outcomes that
-- come after it.

with verdicts as (
    select * from {{ ref('fct_metric_verdicts') }}
),

contributions as (
    select * from {{ ref('fct_score_contributions') }}
    where component_type = 'metric'
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where scorecard_role = 'production'
),

weighed as (
    select
        dimension,
        component as metric,
        sum(weight_share)
        / nullif(sum(sum(weight_share)) over (partition by dimension), 0) as share_of_dimension
    from contributions
    where
        scorecard in (select weights.scorecard from weights)
        and as_of_date = (select max(newest.as_of_date) from contributions as newest)
    group by dimension, component
),

compared as (
    select
        verdicts.*,
        weighed.dimension,
        weighed.share_of_dimension,
        case
            when weighed.dimension is not null
                then
                    greatest(verdicts.correlation, 0)
                    / nullif(
                        sum(greatest(verdicts.correlation, 0)) over (
                            partition by weighed.dimension
                        ), 0
                    )
        end as fair_share
    from verdicts
    left join weighed on verdicts.metric = weighed.metric
),

final as (
    select
        dimension,
        metric,
        share_of_dimension,
        fair_share,
        correlation,
        effect,
        effect_low,
        effect_high,
        adjusted_p_value,
        verdict,
        timing,
        n_accounts,
        n_churned_accounts,
        case
            when verdict = 'inverted' and dimension is not null then 'turn or drop'
            when verdict = 'vanity' and share_of_dimension > 0 then 'lower'
            when verdict = 'predictive' and dimension is null then 'give a weight'
            when verdict = 'predictive' and share_of_dimension < fair_share / 1.5 then 'raise'
            when verdict = 'predictive' and share_of_dimension > fair_share * 1.5 then 'lower'
        end as proposal,
        reason,
        review_date
    from compared
)

select * from final
order by
    dimension asc nulls last,
    share_of_dimension desc nulls last,
    correlation desc nulls last,
    metric asc
