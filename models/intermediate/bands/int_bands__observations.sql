{#- What limits of bands are fitted on: scores as the weights of the day make them, where the
    account stood, and what had become of it by then. -#}

with scores as (
    select * from {{ ref('int_methods__restated_scores') }}
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

labelled as (
    select labels.*
    from labels
    inner join thresholds on labels.horizon_days = thresholds.fit_horizon_days
),

final as (
    select
        scores.valid_from,
        scores.scorecard,
        scores.account_id,
        scores.as_of_date,
        scores.segment,
        scores.lifecycle_stage,
        spine.is_in_renewal_window,
        scores.health_score,
        case labelled.is_churned when true then 1 when false then 0 end as is_churned
    from scores
    inner join spine
        on
            scores.account_id = spine.account_id
            and scores.as_of_date = spine.as_of_date
    left join labelled
        on
            scores.account_id = labelled.account_id
            and scores.as_of_date = labelled.as_of_date
            and scores.valid_from >= labelled.matured_date
)

select * from final
