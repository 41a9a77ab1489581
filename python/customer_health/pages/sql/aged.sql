-- flagged customers by how long they have been in their band
with since as (
    select
        customers.account_id,
        max(scores.as_of_date) filter (where scores.band <> customers.band) as last_other_date,
        min(scores.as_of_date) as first_date
    from customers
    inner join production_scores as scores on customers.account_id = scores.account_id
    where customers.is_flagged
    group by customers.account_id
),

final as (
    select
        customers.account_id,
        customers.account_name,
        customers.csm_owner_id,
        customers.band,
        date_diff(
            'day', coalesce(since.last_other_date + 1, since.first_date), customers.as_of_date
        ) as days_in_band,
        customers.arr,
        customers.expected_arr_loss_90d,
        worklist.last_touch_date
    from since
    inner join customers on since.account_id = customers.account_id
    left join marts.csm_worklist as worklist on since.account_id = worklist.account_id
)

select * from final
where days_in_band >= 60
order by days_in_band desc, account_id
