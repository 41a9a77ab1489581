-- contracts that end in the next twelve months
select
    cast(date_trunc('month', renewal_date) as date) as month,
    count(*) as n,
    sum(arr) as arr,
    count(*) filter (where is_flagged) as n_flagged,
    sum(arr) filter (where is_flagged) as flagged_arr
from customers
where
    renewal_date >= as_of_date
    and renewal_date < as_of_date + interval 12 month
group by month
order by month
