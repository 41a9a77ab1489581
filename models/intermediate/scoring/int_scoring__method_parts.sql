{#- What scores of methods without weights are made of, metric by metric, for the dates on which
    people look: contribution = score * weight_share. -#}
{#- the metric of each term of the baseline -#}
{% set baseline_terms = {
    'active_seat_share_28d': 'usage',
    'days_since_last_activity': 'login',
    'open_tickets': 'support',
} %}

with scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

metrics as (
    select * from {{ ref('int_scoring__explained_metrics') }}
    where {{ in_window('as_of_date') }} and is_connected
),

rules as (
    select * from {{ ref('scoring_rules') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method in ('rules', 'points')
),

baseline as (
    select * from {{ ref('int_methods__baseline') }}
),

compared as (
    select
        scorecards.method,
        rules.scorecard,
        rules.result,
        rules.score as rule_score,
        metrics.account_id,
        metrics.as_of_date,
        metrics.dimension,
        metrics.metric,
        metrics.unit,
        metrics.metric_value,
        metrics.metric_status,
        case rules.comparison
            when 'below' then metrics.metric_value < rules.value
            when 'at_most' then metrics.metric_value <= rules.value
            when 'at_least' then metrics.metric_value >= rules.value
            when 'above' then metrics.metric_value > rules.value
        end as holds
    from rules
    inner join scorecards on rules.scorecard = scorecards.scorecard
    inner join metrics on rules.metric = metrics.metric
),

by_metric as (
    select
        method,
        scorecard,
        account_id,
        as_of_date,
        dimension,
        metric,
        unit,
        metric_value,
        metric_status,
        coalesce(max(case when holds then rule_score end), 0) as points,
        max(rule_score) as most_points,
        max(case when result = 'red' and holds then 1 else 0 end) as makes_red,
        max(case when result = 'green' and holds then 1 else 0 end) as makes_green,
        max(
            case
                when metric_status = 'unknown' or (result = 'green' and not holds) then 1
                else 0
            end
        ) as makes_amber
    from compared
    group by
        method, scorecard, account_id, as_of_date, dimension, metric, unit, metric_value,
        metric_status
),

points_parts as (
    select
        *,
        case when metric_value is not null then 100.0 * points / nullif(most_points, 0) end
            as score,
        case when metric_value is not null then most_points else 0 end
        / nullif(sum(case when metric_value is not null then most_points end) over account_days, 0)
            as weight_share
    from by_metric
    where method = 'points'
    window account_days as (partition by scorecard, account_id, as_of_date)
),

-- the metrics that made the colour share the score; where none did, all do
decided as (
    select
        *,
        case
            when max(makes_red) over account_days = 1 then makes_red
            when max(makes_amber) over account_days = 1 then makes_amber
            when max(makes_green) over account_days = 1 then makes_green
            else 1
        end as decides
    from by_metric
    where method = 'rules'
    window account_days as (partition by scorecard, account_id, as_of_date)
),

rules_parts as (
    select
        decided.*,
        case when decided.decides = 1 then scores.health_score_unrounded else 100 end as score,
        decided.decides
        / sum(decided.decides) over (
            partition by decided.scorecard, decided.account_id, decided.as_of_date
        ) as weight_share
    from decided
    inner join scores
        on
            decided.scorecard = scores.scorecard
            and decided.account_id = scores.account_id
            and decided.as_of_date = scores.as_of_date
    where scores.health_score is not null
),

terms as (
    {% for metric, term in baseline_terms.items() %}
        select
            baseline.scorecard,
            metrics.account_id,
            metrics.as_of_date,
            metrics.dimension,
            metrics.metric,
            metrics.unit,
            metrics.metric_value,
            metrics.metric_status,
            100 * baseline.{{ term }}_term / nullif(baseline.{{ term }}_weight, 0) as score,
            baseline.{{ term }}_weight as weight
        from metrics
        inner join baseline
            on
                metrics.account_id = baseline.account_id
                and metrics.as_of_date = baseline.as_of_date
        where metrics.metric = '{{ metric }}'
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

baseline_parts as (
    select
        *,
        case when metric_value is not null then weight else 0 end
        / nullif(sum(case when metric_value is not null then weight end) over (
            partition by scorecard, account_id, as_of_date
        ), 0) as weight_share
    from terms
),

parts as (
    {% for method in ['points', 'rules', 'baseline'] %}
        select
            scorecard,
            account_id,
            as_of_date,
            dimension,
            metric,
            metric_value,
            unit,
            score,
            weight_share,
            metric_status
        from {{ method }}_parts
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        'metric' as component_type,
        dimension,
        metric as component,
        metric_value,
        unit,
        score,
        weight_share,
        metric_value is not null as is_known,
        metric_status as status
    from parts
    where weight_share is not null
)

select * from final
