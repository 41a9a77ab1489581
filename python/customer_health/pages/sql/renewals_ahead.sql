-- contracts that end in the next twelve months
select
    cast(date_trunc('month', customers.renewal_date) as date) as month,
    count(*) as n,
    sum(customers.arr) as arr,
    count(*) filter (where scores.is_flagged) as n_flagged,
    sum(customers.arr) filter (where scores.is_flagged) as flagged_arr
from customers
left join production_scores as scores using (account_id, as_of_date)
where
    customers.renewal_date >= customers.as_of_date
    and customers.renewal_date < customers.as_of_date + interval 12 month
group by month
order by month
