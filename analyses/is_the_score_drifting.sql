-- Is the score drifting?
-- Read: a row per check of the production scorecard, at the newest review. alarm: beyond chance;
-- watch: it may be chance. `n_alarms_in_12_reviews` tells a single month from a habit: a shift or
-- calibration that is none alarms in about one month of twenty. `n_refits_between` counts new
-- weights between the two months compared: they move scores by themselves.
-- Act: follow `remedy`, the source first: a feed that broke shifts scores overnight. A shift with
-- refits between: look at the shift of expert_default, whose weights never move, before you
-- believe that customers changed.

with drift as (
    select * from {{ ref('fct_score_drift') }}
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where scorecard_role = 'production'
),

versions as (
    select distinct
        scorecard,
        valid_from
    from weights
),

checks as (
    select
        *,
        row_number() over (
            partition by scorecard, drift_check
            order by review_date desc
        ) as reviews_ago,
        count(case when level = 'alarm' then 1 end) over (
            partition by scorecard, drift_check
            order by review_date
            rows between 11 preceding and current row
        ) as n_alarms_in_12_reviews
    from drift
    where scorecard in (select weights.scorecard from weights)
),

final as (
    select
        checks.scorecard,
        checks.drift_check,
        checks.review_date,
        checks.as_of_date,
        checks.compared_with,
        checks.level,
        checks.n_alarms_in_12_reviews,
        count(versions.valid_from) as n_refits_between,
        checks.value,
        checks.low,
        checks.high,
        checks.threshold,
        coalesce(checks.evidence, checks.reason) as evidence,
        checks.remedy
    from checks
    left join versions
        on
            checks.scorecard = versions.scorecard
            and checks.compared_with < versions.valid_from
            and checks.as_of_date >= versions.valid_from
    where checks.reviews_ago = 1
    group by all
)

select * from final
order by level = 'alarm' desc nulls last, level = 'watch' desc nulls last, drift_check asc
