-- what the latest review says of challengers
select
    baseline,
    variant,
    n_accounts,
    n_churned_accounts,
    baseline_auc,
    variant_auc,
    auc_low,
    auc_high,
    decision,
    evidence
from marts.fct_scorecard_comparisons
where review_date = (select max(review_date) from marts.fct_scorecard_comparisons)
order by variant
