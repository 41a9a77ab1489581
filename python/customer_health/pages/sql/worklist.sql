-- one row per account to touch, the most expected loss first
select
    account_id,
    account_name,
    csm_owner_id,
    place,
    is_for_today,
    reason,
    play,
    next_step,
    due_date,
    days_on_list,
    snoozed_until,
    tier,
    health_score,
    band,
    momentum,
    churn_probability_90d,
    expected_arr_loss_90d,
    arr,
    renewal_date,
    driver_1_sentence,
    driver_2_sentence,
    told_sentence,
    last_touch_date,
    last_touch_type
from marts.csm_worklist
order by expected_arr_loss_90d desc nulls last, place, account_id
