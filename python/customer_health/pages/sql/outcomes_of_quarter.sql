-- how contracts that were settled in the last 90 days ended
select
    outcome,
    count(*) as n,
    sum(arr_before) as arr_before,
    sum(arr_after) as arr_after
from marts.fct_renewals
cross join (select max(as_of_date) as newest from marts.account_health)
where settled_date between newest - 89 and newest
group by outcome
order by arr_before desc nulls last
