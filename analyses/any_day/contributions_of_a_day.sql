-- Where does a score of any day come from?
-- Read: the rows of fct_score_contributions for a day that it does not hold, worked out from the
-- values of the metrics on that day, the policy of today and the weights of that day. They sum to
-- the published score. `rounding` says what is left: more than 0.05 points either way means that
-- the day was scored under another policy.
-- Act: docs/how-to/explain-a-score.md has the command. Variables: explain_date and, for one account
-- or scorecard alone, explain_account and explain_scorecard.
{% set explain_date = "cast('" ~ var('explain_date', '2000-01-31') ~ "' as date)" %}
{% set only_account = var('explain_account', '') %}
{% set only_scorecard = var('explain_scorecard', '') %}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where as_of_date = {{ explain_date }}
),

policy as (
    select * from {{ ref('int_feeds__metrics') }}
    where weight > 0
),

curves as (
    select * from {{ ref('int_policy__metric_curves') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

explained as (
    select
        scores.*,
        coalesce(segments.segment, scores.segment) as weights_segment
    from scores
    inner join {{ ref('scorecards') }} as scorecards on scores.scorecard = scorecards.scorecard
    left join {{ ref('int_weights__segments') }} as segments
        on
            scores.account_id = segments.account_id
            and scores.as_of_date = segments.as_of_date
            and scorecards.weights_by = segments.segmentation
    where
        scores.health_score is not null
        and '{{ only_account }}' in ('', scores.account_id)
        and '{{ only_scorecard }}' in ('', scores.scorecard)
),

places as (
    select distinct
        account_id,
        as_of_date,
        segment,
        lifecycle_stage
    from explained
),

{% for dimension in dimensions() -%}
    {{ dimension }} as (
        select
            places.*,
            policy.dimension,
            policy.metric,
            policy.unit,
            policy.weight,
            {% for column, value in [
                ('metric_value', 'metrics.{m}'),
                ('is_not_applicable', 'metrics.{m}__is_not_applicable'),
            ] -%}
                case policy.metric
                    {% for metric in metrics_of(dimension) -%}
                        when '{{ metric }}' then {{ value | replace('{m}', metric) }}
                    {% endfor -%}
                end as {{ column }},
            {% endfor -%}
            policy.usable_from
        from places
        inner join {{ ref('int_' ~ dimension ~ '__metrics') }} as metrics
            on places.account_id = metrics.account_id and places.as_of_date = metrics.as_of_date
        inner join policy on policy.dimension = '{{ dimension }}'
    ),

{% endfor -%}
measured as (
    {% for dimension in dimensions() -%}
        select * from {{ dimension }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- the last knot that the value reaches; below the first a curve is level
reached as (
    select
        measured.account_id,
        measured.metric,
        max_by(
            curves.score
            + greatest(measured.metric_value - curves.at_value, 0) * curves.slope, curves.knot
        ) as metric_score
    from measured
    inner join curves
        on
            measured.segment = curves.segment
            and measured.lifecycle_stage = curves.lifecycle_stage
            and measured.metric = curves.metric
            and (measured.metric_value >= curves.at_value or curves.knot = 1)
    where measured.metric_value is not null
    group by measured.account_id, measured.metric
),

metric_scores as (
    select
        measured.*,
        reached.metric_score,
        case when reached.metric_score is not null then measured.weight else 0 end as known_weight
    from measured
    left join reached
        on measured.account_id = reached.account_id and measured.metric = reached.metric
),

dimension_scores as (
    select
        account_id,
        dimension,
        sum(known_weight) as known_weight,
        sum(known_weight * metric_score) / nullif(sum(known_weight), 0) as dimension_score,
        sum(case when as_of_date >= usable_from then weight else 0 end) as connected_weight,
        sum(case when is_not_applicable then weight else 0 end) as not_applicable_weight,
        sum(case when as_of_date >= usable_from then weight else 0 end) / sum(weight)
            as connected_share
    from metric_scores
    group by account_id, dimension
),

published as (
    {% for dimension in dimensions() -%}
        select
            scorecard,
            segment,
            lifecycle_stage,
            '{{ dimension }}' as dimension,
            {{ dimension }}_score as dimension_score
        from scores
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

portfolio as (
    select
        scorecard,
        dimension,
        median(dimension_score) as peer_score
    from published
    group by scorecard, dimension
),

peers as (
    select
        scorecard,
        segment,
        lifecycle_stage,
        dimension,
        count(dimension_score) as n_accounts,
        median(dimension_score) as peer_score
    from published
    group by scorecard, segment, lifecycle_stage, dimension
),

dimension_weights as (
    {% for dimension in dimensions() -%}
        select
            weights_version,
            segment,
            is_imputed_when_missing,
            '{{ dimension }}' as dimension,
            {{ dimension }}_weight as weight
        from weights
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- each dimension's place in each score
weighed as (
    select
        explained.scorecard,
        explained.account_id,
        explained.as_of_date,
        dimension_scores.dimension,
        dimension_scores.known_weight,
        dimension_scores.dimension_score,
        case
            when dimension_scores.connected_weight <= dimension_scores.not_applicable_weight then 0
            else
                dimension_weights.weight * least(
                    dimension_scores.connected_share
                    / thresholds.minimum_dimension_connected_share, 1
                )
        end as weight_left,
        coalesce(
            dimension_scores.dimension_score,
            case
                when not dimension_weights.is_imputed_when_missing then null
                when peers.n_accounts >= thresholds.minimum_peer_accounts then peers.peer_score
                else portfolio.peer_score
            end
        ) as score_used
    from explained
    inner join dimension_scores on explained.account_id = dimension_scores.account_id
    inner join dimension_weights
        on
            explained.weights_version = dimension_weights.weights_version
            and explained.weights_segment = dimension_weights.segment
            and dimension_scores.dimension = dimension_weights.dimension
    inner join portfolio
        on
            explained.scorecard = portfolio.scorecard
            and dimension_scores.dimension = portfolio.dimension
    inner join peers
        on
            explained.scorecard = peers.scorecard
            and explained.segment = peers.segment
            and explained.lifecycle_stage = peers.lifecycle_stage
            and dimension_scores.dimension = peers.dimension
    cross join thresholds
),

shared as (
    select
        *,
        weight_left / sum(weight_left) over (partition by scorecard, account_id)
            as dimension_share
    from weighed
    where weight_left > 0 and score_used is not null
),

parts as (
    select
        shared.scorecard,
        shared.account_id,
        shared.as_of_date,
        shared.dimension,
        metric_scores.metric as component,
        metric_scores.metric_value,
        metric_scores.unit,
        metric_scores.metric_score as score,
        shared.dimension_share * metric_scores.known_weight / shared.known_weight as weight_share
    from shared
    inner join metric_scores
        on
            shared.account_id = metric_scores.account_id
            and shared.dimension = metric_scores.dimension
    where metric_scores.known_weight > 0
    union all
    select
        scorecard,
        account_id,
        as_of_date,
        dimension,
        dimension || '_peer_median' as component,
        null as metric_value,
        null as unit,
        score_used as score,
        dimension_share as weight_share
    from shared
    where dimension_score is null
),

sums as (
    select
        scorecard,
        account_id,
        sum(score * weight_share) as total
    from parts
    group by scorecard, account_id
),

final as (
    select
        *,
        score * weight_share as contribution
    from parts
    union all
    select
        explained.scorecard,
        explained.account_id,
        explained.as_of_date,
        null as dimension,
        'rounding' as component,
        null as metric_value,
        null as unit,
        explained.health_score - sums.total as score,
        1 as weight_share,
        explained.health_score - sums.total as contribution
    from explained
    inner join sums
        on explained.scorecard = sums.scorecard and explained.account_id = sums.account_id
)

select * from final
order by
    scorecard asc,
    account_id asc,
    dimension asc nulls last,
    contribution desc
