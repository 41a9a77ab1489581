-- the ten customers with the most expected loss
select
    account_id,
    account_name,
    csm_owner_id,
    band,
    momentum,
    health_score,
    arr,
    renewal_date,
    churn_probability_90d,
    expected_arr_loss_90d,
    driver_1_sentence
from customers
where expected_arr_loss_90d is not null
order by expected_arr_loss_90d desc, account_id
limit 10
