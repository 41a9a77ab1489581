-- which metrics earn their place, by the latest review
select
    verdicts.metric,
    coalesce(metrics.metric_label, verdicts.metric) as metric_label,
    verdicts.verdict,
    verdicts.effect,
    verdicts.effect_low,
    verdicts.effect_high,
    verdicts.timing,
    verdicts.n_accounts,
    verdicts.n_churned_accounts,
    verdicts.reason
from marts.fct_metric_verdicts as verdicts
left join marts.dim_metrics as metrics on verdicts.metric = metrics.metric
where verdicts.review_date = (select max(review_date) from marts.fct_metric_verdicts)
order by verdicts.verdict, verdicts.effect desc nulls last, verdicts.metric
