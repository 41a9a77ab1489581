{#- What a model of churn is fitted on: what had matured by its day, with scores as the weights of that
    day make them. Scores as published would not do: weights that were fitted again move all scores,
    and the model would take that for better health. -#}

with due as (
    select * from {{ ref('int_weights__fits_due') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
    where role = 'production'
),

observed as (
    select * from {{ ref('int_evidence__observed_scores') }}
),

circumstances as (
    select * from {{ ref('int_risk__circumstances') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
    where horizon_days = 90
),

-- of dimensions that are not known the others take the place
scores as (
    select
        due.valid_from,
        observed.account_id,
        observed.as_of_date,
        (
            {% for dimension in dimensions() %}
                coalesce(weights.{{ dimension }}_weight * observed.{{ dimension }}_score, 0)
                {% if not loop.last %}+{% endif %}
            {% endfor %}
        ) / nullif(
            {% for dimension in dimensions() %}
                case
                    when observed.{{ dimension }}_score is null then 0
                    else weights.{{ dimension }}_weight
                end {% if not loop.last %}+{% endif %}
            {% endfor %}, 0
        ) as health_score
    from due
    inner join weights
        on
            due.valid_from >= weights.valid_from
            and (weights.valid_until is null or due.valid_from < weights.valid_until)
    inner join observed
        on
            weights.scorecard = observed.scorecard
            and weights.segment = observed.segment
            and due.valid_from > observed.as_of_date
    where observed.health_score is not null
),

-- the last month's end at least a quarter before, to which change_90d comes as near as days allow
earlier as (
    select
        scores.valid_from,
        scores.account_id,
        scores.as_of_date,
        max_by(before.health_score, before.as_of_date) as health_score
    from scores
    inner join scores as before
        on
            scores.valid_from = before.valid_from
            and scores.account_id = before.account_id
            and before.as_of_date
            between {{ add_days('scores.as_of_date', -98) }}
            and {{ add_days('scores.as_of_date', -86) }}
    group by scores.valid_from, scores.account_id, scores.as_of_date
),

final as (
    select
        scores.valid_from,
        scores.account_id,
        scores.as_of_date,
        labels.matured_date,
        circumstances.segment,
        scores.health_score as health,
        coalesce(scores.health_score - earlier.health_score, 0) as momentum,
        circumstances.ends,
        circumstances.nearness,
        circumstances.rolls_on,
        circumstances.term_length,
        circumstances.no_contract_known,
        circumstances.tenure,
        case when labels.is_churned then 1 else 0 end as is_churned
    from scores
    inner join labels
        on
            scores.account_id = labels.account_id
            and scores.as_of_date = labels.as_of_date
            and scores.valid_from >= labels.matured_date
    inner join circumstances
        on
            scores.account_id = circumstances.account_id
            and scores.as_of_date = circumstances.as_of_date
    left join earlier
        on
            scores.valid_from = earlier.valid_from
            and scores.account_id = earlier.account_id
            and scores.as_of_date = earlier.as_of_date
    where scores.health_score is not null
)

select * from final
