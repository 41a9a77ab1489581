with scores as (
    select * from {{ ref('int_evidence__observed_scores') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

final as (
    select
        scores.scorecard,
        scores.account_id,
        scores.as_of_date,
        labels.horizon_days,
        labels.matured_date,
        scores.segment,
        scores.lifecycle_stage,
        scores.tenure_days,
        scores.arr,
        scores.health_score,
        scores.band,
        scores.is_flagged,
        {% for dimension in dimensions() %}
            scores.{{ dimension }}_score,
        {% endfor %}
        scores.weights_version,
        labels.is_churned,
        labels.churned_date
    from scores
    inner join labels
        on
            scores.account_id = labels.account_id
            and scores.as_of_date = labels.as_of_date
)

select * from final
