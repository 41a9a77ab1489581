-- customers and ARR in each band on the newest day, and customers 90 days before
with days as (
    select
        band,
        as_of_date,
        account_id
    from production_scores
    cross join (select max(as_of_date) as newest from production_scores)
    where as_of_date in (newest, newest - 90)
),

today as (
    select
        band,
        count(*) as n,
        sum(arr) as arr,
        sum(expected_arr_loss_90d) as expected_arr_loss_90d
    from customers
    group by band
)

select
    today.band,
    today.n,
    today.n / sum(today.n) over () as share,
    today.arr,
    today.expected_arr_loss_90d,
    (
        select count(*) from days
        where days.band = today.band and as_of_date < (select max(as_of_date) from production_scores)
    ) as n_90d_ago
from today
left join bands_in_order using (band)
order by bands_in_order.band_rank nulls last
