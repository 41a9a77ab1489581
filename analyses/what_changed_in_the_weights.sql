-- What changed in the weights at the last refit, and on what evidence?
-- Read: a row per fitted scorecard, segment and dimension. `points_to_go` is what the cap on a step
-- (refit_step_points) still holds back: the next refits go there if the evidence stays. `is_sure`
-- says whether the interval of the group's own correlation leaves out 0. A segment whose `basis` is
-- universal has everybody's weights.
-- Act: weights that move far without `is_sure` follow noise - lower refit_step_points, or raise
-- minimum_churned, in seeds/policy/thresholds.csv. is_negative: the better the score, the more
-- churn; read the dimension's metrics in which_metrics_earn_their_weight before the next refit.
{% set unfitted = "('" ~ unfitted_weights() | join("', '") ~ "')" %}

with weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where method not in {{ unfitted }}
),

final as (
    select
        weights.scorecard_role,
        weights.scorecard,
        weights.segment,
        weights.valid_from,
        weights.dimension,
        -- a segment's first version came after weights that were universal
        coalesce(own.weight, universal.weight) as weight_before,
        weights.weight,
        weights.weight - coalesce(own.weight, universal.weight) as points_moved,
        weights.target_weight - weights.weight as points_to_go,
        weights.pooled_correlation,
        weights.correlation,
        weights.correlation_low,
        weights.correlation_high,
        weights.correlation_low > 0 or weights.correlation_high < 0 as is_sure,
        weights.pooled_somers_d,
        weights.somers_d_low,
        weights.somers_d_high,
        weights.relative_importance,
        weights.include_verdict,
        weights.strength_verdict,
        weights.is_negative,
        weights.pooling_share,
        weights.n_accounts,
        weights.n_churned_accounts,
        weights.basis,
        weights.fallback_reason
    from weights
    left join weights as own
        on
            weights.scorecard = own.scorecard
            and weights.segment = own.segment
            and weights.dimension = own.dimension
            and weights.valid_from = own.valid_until
    left join weights as universal
        on
            weights.scorecard = universal.scorecard
            and universal.segment = 'universal'
            and weights.dimension = universal.dimension
            and weights.valid_from = universal.valid_until
    where weights.valid_until is null
)

select * from final
order by
    scorecard_role = 'production' desc,
    scorecard asc,
    segment = 'universal' desc,
    segment asc,
    abs(points_moved) desc nulls last,
    dimension asc
