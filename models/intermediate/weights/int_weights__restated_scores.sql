{#- What each scorecard would have said at the ends of past months with the weights of a day on
    which something is fitted: limits of bands every month, weights and the model of churn less
    often. Scores as published would not do: weights that were fitted again move all scores, and a
    fit would take that for better health. -#}

with due as (
    select * from {{ ref('int_weights__month_starts') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

observations as (
    select * from {{ ref('int_outcomes__observations') }}
),

-- of dimensions that are not known the others take the place
scored as (
    select
        due.valid_from,
        weights.scorecard,
        weights.role,
        observations.account_id,
        observations.as_of_date,
        observations.segment,
        observations.lifecycle_stage,
        (
            {% for dimension in dimensions() %}
                coalesce(weights.{{ dimension }}_weight * observations.{{ dimension }}_score, 0)
                {% if not loop.last %}+{% endif %}
            {% endfor %}
        ) / nullif(
            {% for dimension in dimensions() %}
                case
                    when observations.{{ dimension }}_score is null then 0
                    else weights.{{ dimension }}_weight
                end {% if not loop.last %}+{% endif %}
            {% endfor %}, 0
        ) as health_score
    from due
    inner join weights
        on
            due.valid_from >= weights.valid_from
            and (weights.valid_until is null or due.valid_from < weights.valid_until)
    inner join observations
        on
            weights.segment = observations.segment
            and due.valid_from > observations.as_of_date
),

final as (
    select * from scored
    where health_score is not null
)

select * from final
