-- one row: what a reader wants first
select
    count(*) as n_customers,
    sum(arr) as arr,
    count(*) filter (where is_flagged) as n_flagged,
    sum(arr) filter (where is_flagged) as flagged_arr,
    sum(expected_arr_loss_90d) as expected_arr_loss_90d,
    count(*) filter (where momentum = 'declining') as n_declining,
    count(*) filter (where momentum = 'improving') as n_improving,
    (select count(*) from marts.csm_worklist where is_for_today) as n_to_touch
from customers
