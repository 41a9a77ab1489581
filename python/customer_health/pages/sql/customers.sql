-- one row per customer
select
    customers.*,
    accounts.industry,
    accounts.region,
    accounts.plan,
    accounts.employees,
    accounts.first_contract_date,
    touches.last_touch_date,
    touches.last_touch_type,
    touches.touch_due_date,
    forecasts.forecast_score,
    forecasts.forecast_low,
    forecasts.forecast_high
from customers
left join marts.dim_accounts as accounts using (account_id)
left join marts.fct_account_touches as touches using (account_id)
left join marts.fct_score_forecasts as forecasts using (account_id)
order by expected_arr_loss_90d desc nulls last, arr desc nulls last, account_id
