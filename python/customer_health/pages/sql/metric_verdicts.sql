-- which metrics earn their place, by the latest review
select
    metric,
    verdict,
    effect,
    effect_low,
    effect_high,
    timing,
    n_accounts,
    n_churned_accounts,
    reason
from marts.fct_metric_verdicts
where review_date = (select max(review_date) from marts.fct_metric_verdicts)
order by verdict, effect desc nulls last, metric
