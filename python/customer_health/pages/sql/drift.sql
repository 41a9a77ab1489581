-- what the latest review says of drift in the scorecard that decides
select
    drift_check,
    level,
    evidence,
    remedy,
    reason
from marts.fct_score_drift
where
    scorecard = getvariable('scorecard')
    and review_date = (select max(review_date) from marts.fct_score_drift)
order by level = 'none', drift_check
