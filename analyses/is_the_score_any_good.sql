-- Is the score any good?
-- Read: a row per scorecard, production first. `auc` is the probability that a lost account had
-- scored lower than one that stayed: 0.5 is a coin; `auc_low` must lie above it. A score that
-- cannot beat tenure (`beats_tenure_probability`) adds nothing to what costs nothing. Whether its
-- weights beat equal ones is a question of its own: `weights_verdict`.
-- `churn_ratio` is how many times more often flagged observations were lost than the others.
-- Act: `inverted_alarm` = alarm: stop acting on flags and look for a source or a curve the wrong
-- way round. heuristic: use it to order work, not to forecast; `reasons` says what is missing. AUC
-- above 0.9: look for a leak.

with labels as (
    select * from {{ ref('fct_score_labels') }}
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
),

roles as (
    select distinct
        scorecard,
        scorecard_role,
        method
    from weights
),

final as (
    select
        roles.scorecard_role,
        labels.scorecard,
        roles.method,
        labels.review_date,
        labels.score_label,
        labels.auc,
        labels.auc_low,
        labels.auc_tenure,
        labels.beats_tenure_probability,
        labels.auc_equal,
        labels.beats_equal_probability,
        labels.weights_verdict,
        labels.weights_evidence,
        labels.flagged_churn_share,
        labels.unflagged_churn_share,
        labels.flagged_churn_share / nullif(labels.unflagged_churn_share, 0) as churn_ratio,
        labels.inverted_alarm,
        labels.n_accounts,
        labels.n_churned_accounts,
        labels.reasons
    from labels
    inner join roles on labels.scorecard = roles.scorecard
    where labels.review_date = (select max(newest.review_date) from labels as newest)
)

select * from final
order by scorecard_role = 'production' desc, auc desc nulls last, scorecard asc
