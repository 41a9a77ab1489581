-- each parent with all accounts below it
select
    account_id,
    health_score,
    n_children,
    n_children_not_scored,
    n_scored_without_arr,
    arr,
    flagged_arr
from marts.fct_parent_health
