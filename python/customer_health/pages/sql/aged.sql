-- flagged customers by how long they have been in their band
with newest as (
    select max(as_of_date) as as_of_date from production_scores
),

flagged as (
    select
        account_id,
        band
    from production_scores
    where as_of_date = (select as_of_date from newest) and is_flagged
),

since as (
    select
        flagged.account_id,
        flagged.band,
        max(scores.as_of_date) filter (where scores.band <> flagged.band) as last_other_date,
        min(scores.as_of_date) as first_date
    from flagged
    inner join production_scores as scores on flagged.account_id = scores.account_id
    group by flagged.account_id, flagged.band
)

select
    customers.account_id,
    customers.account_name,
    customers.csm_owner_id,
    since.band,
    date_diff('day', coalesce(since.last_other_date + 1, since.first_date), newest.as_of_date)
        as days_in_band,
    customers.arr,
    customers.expected_arr_loss_90d,
    worklist.last_touch_date
from since
inner join customers on since.account_id = customers.account_id
cross join newest
left join marts.csm_worklist as worklist on since.account_id = worklist.account_id
where date_diff('day', coalesce(since.last_other_date + 1, since.first_date), newest.as_of_date) >= 60
order by days_in_band desc, customers.account_id
