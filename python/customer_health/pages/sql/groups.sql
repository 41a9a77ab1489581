-- customers by segment and by region
with placed as (
    select
        customers.*,
        accounts.region
    from customers
    left join marts.dim_accounts as accounts on customers.account_id = accounts.account_id
)

select
    case when grouping(segment) = 0 then 'segment' else 'region' end as grouped_by,
    coalesce(case when grouping(segment) = 0 then segment else region end, 'unknown') as name,
    count(*) as n_customers,
    sum(arr) as arr,
    avg(health_score) as mean_score,
    count(*) filter (where is_flagged) as n_flagged,
    sum(arr) filter (where is_flagged) as flagged_arr,
    sum(expected_arr_loss_90d) as expected_arr_loss_90d
from placed
group by grouping sets ((segment), (region))
order by grouped_by desc, n_customers desc, name
