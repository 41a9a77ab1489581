-- one row per account owner
with worklist as (
    select
        csm_owner_id,
        count(*) as n_listed,
        count(*) filter (where is_for_today) as n_today,
        count(*) filter (where due_date < as_of_date) as n_overdue
    from marts.csm_worklist
    group by csm_owner_id
),

-- from the last three months
adoption as (
    select
        csm_owner_id,
        sum(n_triggers) as n_triggers,
        sum(n_answered) as n_answered,
        sum(n_missed) as n_missed
    from marts.rpt_team_adoption
    where month_start_date >= getvariable('newest') - interval 3 month
    group by csm_owner_id
)

select
    coalesce(customers.csm_owner_id, 'nobody') as csm_owner_id,
    count(*) as n_customers,
    sum(customers.arr) as arr,
    count(*) filter (where customers.is_flagged) as n_flagged,
    sum(customers.arr) filter (where customers.is_flagged) as flagged_arr,
    sum(customers.expected_arr_loss_90d) as expected_arr_loss_90d,
    count(*) filter (where customers.momentum = 'declining') as n_declining,
    coalesce(any_value(worklist.n_today), 0) as n_today,
    coalesce(any_value(worklist.n_overdue), 0) as n_overdue,
    any_value(adoption.n_triggers) as n_triggers,
    any_value(adoption.n_missed) as n_missed,
    any_value(adoption.n_answered)
    / nullif(any_value(adoption.n_answered) + any_value(adoption.n_missed), 0) as answered_share
from customers
left join worklist on customers.csm_owner_id = worklist.csm_owner_id
left join adoption on customers.csm_owner_id = adoption.csm_owner_id
group by customers.csm_owner_id
order by n_overdue desc, n_flagged desc, csm_owner_id
