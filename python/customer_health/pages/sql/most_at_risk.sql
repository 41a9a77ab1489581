-- the ten customers with the most expected loss
select
    account_id,
    customers.account_name,
    customers.csm_owner_id,
    customers.band,
    customers.momentum,
    customers.health_score,
    customers.arr,
    customers.renewal_date,
    customers.churn_probability_90d,
    customers.expected_arr_loss_90d,
    customers.driver_1_sentence,
    case
        when worklist.snoozed_until is not null
            then 'put off until ' || cast(worklist.snoozed_until as varchar)
        when worklist.reason is not null then worklist.reason
        -- whoever is on no list was spoken with in time
        else
            'touched ' || cast(touches.last_touch_date as varchar)
            || coalesce(', next by ' || cast(touches.touch_due_date as varchar), '')
    end as to_do
from customers
left join marts.csm_worklist as worklist using (account_id)
left join marts.fct_account_touches as touches using (account_id)
where customers.expected_arr_loss_90d is not null
order by customers.expected_arr_loss_90d desc, account_id
limit 10
