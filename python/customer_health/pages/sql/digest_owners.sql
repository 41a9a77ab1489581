-- one row per account owner: what is said of all of their customers
select
    csm_owner_id,
    count(*) as n_customers,
    count(*) filter (where is_flagged) as n_flagged,
    sum(expected_arr_loss_90d) as expected_arr_loss_90d
from customers
group by csm_owner_id
order by expected_arr_loss_90d desc nulls last, csm_owner_id
