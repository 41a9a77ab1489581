-- customers who are flagged, by how long they have been, whatever flagged band they were in
with episodes as (
    select
        account_id,
        flagged_date
    from marts.fct_flag_episodes
    where unflagged_date is null
),

final as (
    select
        customers.account_id,
        customers.account_name,
        customers.csm_owner_id,
        customers.band,
        date_diff('day', episodes.flagged_date, customers.as_of_date) as days_flagged,
        customers.arr,
        customers.expected_arr_loss_90d,
        touches.last_touch_date
    from episodes
    inner join customers on episodes.account_id = customers.account_id
    left join marts.fct_account_touches as touches on episodes.account_id = touches.account_id
)

select * from final
where days_flagged >= 60
order by days_flagged desc, account_id
