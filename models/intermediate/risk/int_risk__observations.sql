{#- What a model of churn is fitted on: what had matured by its day, with the production scores that
    the weights of that day make. -#}

with restated_scores as (
    select * from {{ ref('int_methods__restated_scores') }}
),

due as (
    select * from {{ ref('int_weights__fits_due') }}
),

circumstances as (
    select * from {{ ref('int_risk__circumstances') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
    where horizon_days = 90
),

scores as (
    select restated_scores.*
    from restated_scores
    inner join due on restated_scores.valid_from = due.valid_from
    where restated_scores.role = 'production'
),

-- the last month's end at least a quarter before, to which change_90d comes as near as days allow
earlier as (
    select
        scores.valid_from,
        scores.account_id,
        scores.as_of_date,
        max_by(quarter_before.health_score, quarter_before.as_of_date) as health_score
    from scores
    inner join scores as quarter_before
        on
            scores.valid_from = quarter_before.valid_from
            and scores.account_id = quarter_before.account_id
            and quarter_before.as_of_date
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
)

select * from final
