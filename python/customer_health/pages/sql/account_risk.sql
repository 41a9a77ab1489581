-- what the likelihood of leaving is made of, on the newest day
select
    account_id,
    base_log_odds,
    health_log_odds,
    momentum_log_odds,
    contract_log_odds,
    tenure_log_odds,
    risk_model_from
from marts.fct_churn_risk
where as_of_date = (select max(as_of_date) from marts.fct_churn_risk)
