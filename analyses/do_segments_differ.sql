-- Do segments differ?
-- Read: a row per segment and horizon of the production scorecard, over the last 12 months with
-- outcomes. precision and recall are of all months together, so an account counts in each month it
-- was observed; `auc_newest` with its interval is of one month. `largest_weight_gap` is how far the
-- segment's weights lie from everybody's, `pooling_share` how much of them is its own evidence.
-- Act: a segment whose interval lies below another's is scored badly: read its misses, give it
-- curves of its own in seeds/policy/metric_curves.csv. Overlapping intervals are no difference. A
-- segment much more often lost than flagged may need bands of its own.

with figures as (
    select * from {{ ref('fct_validation_figures') }}
    where segment <> 'all'
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where scorecard_role = 'production' and valid_until is null
),

recent as (
    select
        *,
        row_number() over (
            partition by segment, horizon_days, figure
            order by as_of_date desc
        ) as months_ago
    from figures
    where scorecard in (select weights.scorecard from weights)
),

sums as (
    select
        scorecard,
        segment,
        horizon_days,
        count(distinct as_of_date) as n_months,
        sum(case when figure = 'base_rate' then n end) as n_observations,
        sum(case when figure = 'base_rate' then n_events end) as n_churned,
        sum(case when figure = 'tp' then value end) as n_caught,
        sum(case when figure = 'n_flagged' then value end) as n_flagged,
        max(case when figure = 'auc' and months_ago = 1 then value end) as auc_newest,
        max(case when figure = 'auc' and months_ago = 1 then low end) as auc_newest_low,
        max(case when figure = 'auc' and months_ago = 1 then high end) as auc_newest_high
    from recent
    where months_ago <= 12
    group by scorecard, segment, horizon_days
),

gaps as (
    select
        weights.segment,
        max(abs(weights.weight - universal.weight)) as largest_weight_gap,
        max(weights.pooling_share) as pooling_share,
        max(weights.basis) as basis,
        max(weights.fallback_reason) as fallback_reason
    from weights
    inner join weights as universal
        on
            weights.dimension = universal.dimension
            and universal.segment = 'universal'
    group by weights.segment
),

final as (
    select
        sums.scorecard,
        sums.segment,
        sums.horizon_days,
        sums.n_months,
        sums.n_observations,
        sums.n_churned,
        sums.n_churned / nullif(sums.n_observations, 0) as churned_share,
        sums.n_flagged / nullif(sums.n_observations, 0) as flagged_share,
        sums.n_caught / nullif(sums.n_flagged, 0) as precision_of_flags,
        sums.n_caught / nullif(sums.n_churned, 0) as recall_of_flags,
        sums.auc_newest,
        sums.auc_newest_low,
        sums.auc_newest_high,
        gaps.largest_weight_gap,
        gaps.pooling_share,
        gaps.basis,
        gaps.fallback_reason
    from sums
    left join gaps on sums.segment = gaps.segment
)

select * from final
order by horizon_days desc, n_observations desc, segment asc
