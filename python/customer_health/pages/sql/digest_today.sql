-- accounts that are for today, the most expected loss first
select
    account_id,
    account_name,
    csm_owner_id,
    reason,
    play,
    next_step,
    arr,
    expected_arr_loss_90d
from marts.csm_worklist
where is_for_today
order by expected_arr_loss_90d desc nulls last, place, account_id
