-- customers who stayed, by the score they had; the latest review of the scorecard that decides
select
    format('{:.0f}–{:.0f}', range_low, range_high) as range,
    n,
    n_accounts,
    retention,
    low,
    high
from marts.fct_retention_by_score
where
    score = 'health_score'
    and scorecard = getvariable('scorecard')
    and review_date = (select max(review_date) from marts.fct_retention_by_score)
    and n > 0
order by range_low
