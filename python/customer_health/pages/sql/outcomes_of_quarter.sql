-- how accounts whose contracts were settled in the last 90 days came out of it: one with a term each
-- month counts once, from before its first end to after its last
with accounts as (
    select
        account_id,
        case
            when max_by(outcome, ended_date) = 'churned' then 'churned'
            else max_by(
                outcome, {'change': coalesce(abs(arr_after - arr_before), 0), 'ended': ended_date}
            )
        end as outcome,
        min_by(arr_before, ended_date) as arr_before,
        max_by(arr_after, ended_date) as arr_after
    from marts.fct_renewals
    where settled_date between getvariable('newest') - 89 and getvariable('newest')
    group by account_id
)

select
    outcome,
    count(*) as n,
    sum(arr_before) as arr_before,
    sum(arr_after) as arr_after
from accounts
group by outcome
order by arr_before desc nulls last
