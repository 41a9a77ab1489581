-- customers directly below each parent, the worst first
select
    accounts.parent_account_id as account_id,
    list(
        {
            'account_id': customers.account_id,
            'name': coalesce(customers.account_name, customers.account_id),
            'score': customers.health_score,
            'band': customers.band,
            'arr': customers.arr
        }
        order by customers.health_score nulls last, customers.arr desc nulls last, customers.account_id
    ) as children
from customers
inner join marts.dim_accounts as accounts using (account_id)
where accounts.parent_account_id <> accounts.account_id
group by accounts.parent_account_id
