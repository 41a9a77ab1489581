{#- The scores of all methods but the plain weighted mean, in the shape that it has. What is
    made of parts of its own uses no dimension; what is made of a mean has the mean's dimensions
    and weights. -#}
{% set of_parts = ['rules', 'points', 'baseline'] %}
{% set of_means = ['percentile', 'hybrid'] %}
{#- columns of scores that have weights of their own, and the account's day -#}
{% set described -%}
scores.scorecard,
        scores.account_id,
        scores.as_of_date,
        dimension_days.day_number,
        dimension_days.segment,
        dimension_days.lifecycle_stage,
        dimension_days.is_in_renewal_window,
        scores.score,
        scores.score_low,
        scores.score_high,
        round(coalesce(scores.known_weight / nullif(scores.applicable_weight, 0), 0), 9)
            as account_coverage,
        round(scores.connected_weight / nullif(scores.whole_weight, 0), 9) as scorecard_coverage,
        round(
            scores.known_weight / nullif(scores.applicable_weight, 0)
            * scores.connected_weight / nullif(scores.whole_weight, 0),
            9
        ) as known_share,
{%- endset %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method in ('percentile', 'portfolio_percentile', 'hybrid')
),

dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

means as (
    select * from {{ ref('int_methods__weighted_mean') }}
),

{% for method in of_parts -%}
    {{ method }} as (
        select
            scorecard,
            account_id,
            as_of_date,
            score,
            score_low,
            score_high,
            known_weight,
            applicable_weight,
            connected_weight,
            whole_weight,
            {{ 'unclamped_score' if method == 'baseline' else 'cast(null as double)' }}
                as score_before,
            {{ 'points' if method == 'points' else 'cast(null as double)' }} as points
        from {{ ref('int_methods__' ~ method) }}
    ),

{% endfor -%}
{% for method in of_means -%}
    {{ method }} as (
        select
            scorecard,
            account_id,
            as_of_date,
            score,
            score_low,
            score_high
        from {{ ref('int_methods__' ~ method) }}
    ),

{% endfor -%}
probability as (
    select * from {{ ref('int_methods__probability') }}
),

all_of_parts as (
    {% for method in of_parts -%}
        select * from {{ method }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

all_of_means as (
    {% for method in of_means -%}
        select * from {{ method }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

made_of_parts as (
    select
        {{ described }}
        {% for dimension in dimensions() -%}
            case when dimension_days.{{ dimension }}_score is null then 0 else 1 end
            {{ '+' if not loop.last }}
        {% endfor -%} as n_dimensions_known,
        0 as n_dimensions_imputed,
        cast(null as double) as used_weight,
        cast(null as varchar) as weights_version,
        {% for dimension in dimensions() -%}
            dimension_days.{{ dimension }}_score,
            cast(null as double) as {{ dimension }}_score_used,
            cast(0 as double) as {{ dimension }}_weight_left,
        {% endfor %}
        scores.score_before,
        scores.points,
        case when scores.points is not null then scores.known_weight end as maximum_points
    from all_of_parts as scores
    inner join dimension_days
        on
            scores.account_id = dimension_days.account_id
            and scores.as_of_date = dimension_days.as_of_date
),

made_by_models as (
    select
        {{ described }}
        scores.n_dimensions_known,
        scores.n_dimensions_imputed,
        cast(1 as double) as used_weight,
        cast(null as varchar) as weights_version,
        {% for dimension in dimensions() -%}
            dimension_days.{{ dimension }}_score,
            scores.{{ dimension }}_score_used,
            scores.{{ dimension }}_share as {{ dimension }}_weight_left,
        {% endfor %}
        {% for dimension in dimensions() -%}
            scores.{{ dimension }}_share * coalesce(scores.{{ dimension }}_score_used, 0)
            {{ '+' if not loop.last }}
        {% endfor -%} as score_before,
        cast(null as double) as points,
        cast(null as double) as maximum_points
    from probability as scores
    inner join dimension_days
        on
            scores.account_id = dimension_days.account_id
            and scores.as_of_date = dimension_days.as_of_date
),

made_of_means as (
    select
        scorecards.scorecard,
        means.account_id,
        means.as_of_date,
        means.day_number,
        means.segment,
        means.lifecycle_stage,
        means.is_in_renewal_window,
        scores.score,
        scores.score_low,
        scores.score_high,
        means.account_coverage,
        means.scorecard_coverage,
        means.known_share,
        means.n_dimensions_known,
        means.n_dimensions_imputed,
        means.used_weight,
        means.weights_version,
        {% for dimension in dimensions() -%}
            means.{{ dimension }}_score,
            means.{{ dimension }}_score_used,
            means.{{ dimension }}_weight_left,
        {% endfor %}
        means.score as score_before,
        cast(null as double) as points,
        cast(null as double) as maximum_points
    from means
    inner join scorecards on means.scorecard = scorecards.starts_from
    left join all_of_means as scores
        on
            scorecards.scorecard = scores.scorecard
            and means.account_id = scores.account_id
            and means.as_of_date = scores.as_of_date
),

final as (
    select * from made_of_parts
    union all
    select * from made_by_models
    union all
    select * from made_of_means
)

select * from final
