-- what owners said of scores in a year, the most frequent complaint first
select
    score_feedback,
    feedback_reason,
    count(*) as n,
    count(distinct account_id) as n_accounts,
    avg(health_score) as mean_score,
    max(assessed_date) as last_date
from marts.fct_score_feedback
where assessed_date > getvariable('newest') - 365
group by score_feedback, feedback_reason
order by score_feedback = 'right', n desc, score_feedback, feedback_reason
