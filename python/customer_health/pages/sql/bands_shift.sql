-- customers and ARR in each band on the newest day, and customers 90 days before
with before as (
    select
        band,
        count(*) as n
    from production_scores
    where as_of_date = getvariable('newest') - 90
    group by band
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
    coalesce(before.n, 0) as n_90d_ago
from today
left join before on today.band = before.band
left join bands_in_order on today.band = bands_in_order.band
order by bands_in_order.band_rank nulls last
