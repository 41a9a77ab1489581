-- the quarter that follows each month's end: ARR expected to be kept, and ARR kept
select
    cast(as_of_date as varchar) as day,
    n_accounts,
    arr,
    expected_churned_arr,
    expected_churned_arr_low,
    expected_churned_arr_high,
    expected_gross_retention,
    -- limits are of what leaves; what those who stay take off is the same at both
    expected_gross_retention
    - (expected_churned_arr_high - expected_churned_arr) / nullif(arr, 0) as expected_low,
    expected_gross_retention
    + (expected_churned_arr - expected_churned_arr_low) / nullif(arr, 0) as expected_high,
    expected_net_retention,
    churned_arr,
    gross_retention,
    net_retention
from marts.fct_revenue_retention
where segment = 'all' and band = 'all'
order by as_of_date desc
limit 18
