-- what the latest review says of each scorecard
select
    scorecard,
    score_label,
    auc,
    auc_low,
    auc_tenure,
    auc_equal,
    weights_verdict,
    flagged_churn_share,
    unflagged_churn_share,
    reasons,
    review_date
from marts.fct_score_labels
where review_date = (select max(review_date) from marts.fct_score_labels)
order by scorecard <> getvariable('scorecard'), auc desc
