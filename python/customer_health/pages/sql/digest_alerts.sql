-- alerts of the newest day, under the account's owner of today
select
    customers.account_id,
    customers.account_name,
    customers.csm_owner_id,
    alerts.sentence
from marts.fct_alerts as alerts
inner join customers on alerts.account_id = customers.account_id
where alerts.is_told and alerts.as_of_date = getvariable('newest')
order by alerts.csm_owner_id, alerts.place
