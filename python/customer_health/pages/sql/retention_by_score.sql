-- customers who stayed, by the score they had; the latest review of the scorecard that decides
select
    range_low,
    range_high,
    n,
    n_accounts,
    retention,
    low,
    high
from marts.fct_retention_by_score
where
    score = 'health_score'
    and scorecard = (select max(scorecard) from customers)
    and review_date = (select max(review_date) from marts.fct_retention_by_score)
    and n > 0
order by range_low
