-- flagged customers whose flag began within a week, the newest first
with began as (
    select
        account_id,
        max(flagged_date) as flagged_date
    from marts.fct_flag_episodes
    where unflagged_date is null
    group by account_id
)

select
    customers.account_id,
    customers.account_name,
    customers.csm_owner_id,
    customers.health_score,
    customers.band,
    customers.arr,
    customers.expected_arr_loss_90d,
    customers.driver_1_sentence,
    began.flagged_date,
    began.flagged_date = getvariable('newest') as is_new_today
from customers
inner join began on customers.account_id = began.account_id
where customers.is_flagged and began.flagged_date > getvariable('newest') - 7
order by
    began.flagged_date desc, customers.expected_arr_loss_90d desc nulls last, customers.account_id
