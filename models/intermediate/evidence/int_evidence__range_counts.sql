{#- Observations and accounts by score range, of the year up to each review that is due: what the
    statistics of retention rest on, counted here so that they need no row per observation. -#}
{#- dbt knows no number of the policy while it parses -#}
{% set points = policy_number('retention_range_points') | int or 100 %}

with outcomes as (
    select * from {{ ref('int_evidence__scored_outcomes') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
),

reviews as (
    select * from {{ ref('int_evidence__reviews_due') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

reviewed as (
    select
        outcomes.*,
        scorecards.role,
        reviews.review_date
    from outcomes
    inner join scorecards on outcomes.scorecard = scorecards.scorecard
    inner join thresholds on outcomes.horizon_days = thresholds.fit_horizon_days
    inner join reviews
        on
            outcomes.matured_date <= reviews.review_date
            and outcomes.matured_date
            > {{ add_days('reviews.review_date', '-thresholds.review_days') }}
),

-- the scores of dimensions are the same in every scorecard: one of them shows them
scores as (
    {% for score in ['health'] + dimensions() %}
        select
            scorecard,
            review_date,
            account_id,
            is_churned,
            '{{ score }}_score' as score,
            -- the top of the scale belongs to the top range
            least(
                floor({{ score }}_score / {{ points }}) * {{ points }}, {{ 100 - points }}
            ) as range_low
        from reviewed
        where
            health_score is not null
            and {{ score }}_score is not null
            {% if score != 'health' %} and role = 'production'{% endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        scorecard,
        score,
        review_date,
        range_low,
        count(*) as n,
        count(distinct account_id) as n_accounts,
        count(case when not is_churned then 1 end) as n_retained
    from scores
    group by scorecard, score, review_date, range_low
),

lower_limits as (
    {% for low in range(0, 100, points) %}
        select {{ low }} as range_low
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- ranges without observations as well
ranges as (
    select distinct
        counted.scorecard,
        counted.score,
        counted.review_date,
        lower_limits.range_low
    from counted
    cross join lower_limits
),

final as (
    select
        ranges.scorecard,
        ranges.score,
        ranges.review_date,
        ranges.range_low,
        ranges.range_low + {{ points }} as range_high,
        coalesce(counted.n, 0) as n,
        coalesce(counted.n_accounts, 0) as n_accounts,
        coalesce(counted.n_retained, 0) as n_retained
    from ranges
    left join counted
        on
            ranges.scorecard = counted.scorecard
            and ranges.score = counted.score
            and ranges.review_date = counted.review_date
            and ranges.range_low = counted.range_low
)

select * from final
