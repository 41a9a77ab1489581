-- one row: what a reader wants first
select
    count(*) as n_customers,
    sum(arr) as arr,
    count(health_score) as n_scored,
    count(*) filter (where flags.is_flagged) as n_flagged,
    sum(arr) filter (where flags.is_flagged) as flagged_arr,
    sum(expected_arr_loss_90d) as expected_arr_loss_90d,
    count(*) filter (where momentum = 'declining') as n_declining,
    count(*) filter (where momentum = 'improving') as n_improving,
    (select count(*) from marts.csm_worklist where is_for_today) as n_to_touch,
    max(customers.as_of_date) as as_of_date
from customers
left join (
    select
        account_id,
        is_flagged
    from production_scores
    where as_of_date = (select max(as_of_date) from production_scores)
) as flags using (account_id)
