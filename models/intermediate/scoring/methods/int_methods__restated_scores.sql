{#- What each scorecard would have said at the ends of past months with the weights of a day on
    which something is fitted: limits of bands every month, weights and the model of churn less
    often. Scores as published would not do: weights that were fitted again move all scores, and
    a fit would take that for better health. What has neither weights nor a model is as it came
    out. -#}

with due as (
    select * from {{ ref('int_weights__month_starts') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

observations as (
    select * from {{ ref('int_outcomes__observations') }}
),

segments as (
    select * from {{ ref('int_weights__segments') }}
),

-- by the segmentations that weights go by
placed as (
    select
        *,
        cast(null as varchar) as weights_by,
        segment as weights_segment
    from observations
    union all
    select
        observations.*,
        segments.segmentation as weights_by,
        segments.segment as weights_segment
    from observations
    inner join segments
        on
            observations.account_id = segments.account_id
            and observations.as_of_date = segments.as_of_date
),

method_scores as (
    select * from {{ ref('int_methods__observations') }}
),

models as (
    select * from {{ ref('int_methods__probability_models') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off'
),

-- of dimensions that are not known the others take the place
weighed as (
    select
        due.valid_from,
        weights.scorecard,
        weights.role,
        placed.account_id,
        placed.as_of_date,
        placed.segment,
        placed.lifecycle_stage,
        (
            {% for dimension in dimensions() %}
                coalesce(weights.{{ dimension }}_weight * placed.{{ dimension }}_score, 0)
                {% if not loop.last %}+{% endif %}
            {% endfor %}
        ) / nullif(
            {% for dimension in dimensions() %}
                case
                    when placed.{{ dimension }}_score is null then 0
                    else weights.{{ dimension }}_weight
                end {% if not loop.last %}+{% endif %}
            {% endfor %}, 0
        ) as health_score
    from due
    inner join weights
        on
            due.valid_from >= weights.valid_from
            and (weights.valid_until is null or due.valid_from < weights.valid_until)
    inner join placed
        on
            coalesce(weights.weights_by, '') = coalesce(placed.weights_by, '')
            and weights.segment = placed.weights_segment
            and due.valid_from > placed.as_of_date
),

as_scored as (
    select
        due.valid_from,
        scorecards.scorecard,
        scorecards.role,
        method_scores.account_id,
        method_scores.as_of_date,
        method_scores.segment,
        method_scores.lifecycle_stage,
        method_scores.score as health_score
    from due
    inner join method_scores on due.valid_from > method_scores.as_of_date
    inner join scorecards on method_scores.scorecard = scorecards.scorecard
    where scorecards.method <> 'probability'
),

-- in place of dimensions that are not known their means
modelled as (
    select
        due.valid_from,
        scorecards.scorecard,
        scorecards.role,
        observations.account_id,
        observations.as_of_date,
        observations.segment,
        observations.lifecycle_stage,
        100 / (1 + exp(
            models.intercept
            {% for dimension in dimensions() %}
                + models.{{ dimension }}_coefficient
                * coalesce(observations.{{ dimension }}_score, models.{{ dimension }}_mean)
            {% endfor %}
        )) as health_score
    from due
    inner join models
        on
            due.valid_from >= models.valid_from
            and (models.valid_until is null or due.valid_from < models.valid_until)
    inner join observations
        on
            models.segment = observations.segment
            and due.valid_from > observations.as_of_date
    inner join scorecards on scorecards.method = 'probability'
    where
        {% for dimension in dimensions() %}
            {{ 'or ' if not loop.first }}observations.{{ dimension }}_score is not null
        {% endfor %}
),

scored as (
    select * from weighed
    union all
    select * from as_scored
    union all
    select * from modelled
),

final as (
    select * from scored
    where health_score is not null
)

select * from final
