-- the likelihood given at each month's end against what came, in ten groups of equal size
with judged as (
    select
        risk.churn_probability_90d as likelihood,
        outcomes.is_churned,
        ntile(10) over (order by risk.churn_probability_90d, risk.account_id) as tenth
    from marts.fct_churn_risk as risk
    inner join marts.fct_outcomes as outcomes
        on
            risk.account_id = outcomes.account_id
            and risk.as_of_date = outcomes.as_of_date
            and outcomes.horizon_days = 90
    where risk.churn_probability_90d is not null
)

select
    tenth,
    count(*) as n,
    avg(likelihood) as expected,
    avg(cast(is_churned as integer)) as happened
from judged
group by tenth
order by tenth
