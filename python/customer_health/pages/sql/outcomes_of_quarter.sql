-- how contracts that were settled in the last 90 days ended
select
    outcome,
    count(*) as n,
    sum(arr_before) as arr_before,
    sum(arr_after) as arr_after
from marts.fct_renewals
where settled_date between getvariable('newest') - 89 and getvariable('newest')
group by outcome
order by arr_before desc nulls last
