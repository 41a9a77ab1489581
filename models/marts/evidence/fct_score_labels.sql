with labels as (
    select * from {{ ref('int_evidence__labels') }}
),

final as (
    select
        scorecard,
        review_date,
        score_label,
        reasons,
        n_accounts,
        n_churned_accounts,
        auc,
        auc_low,
        auc_tenure,
        beats_tenure_probability,
        auc_equal,
        beats_equal_probability,
        weights_verdict,
        weights_evidence,
        flagged_churn_share,
        unflagged_churn_share,
        inverted_alarm
    from labels
)

select * from final
