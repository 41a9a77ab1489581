-- roll-ups without people: what needs people stays unknown
select
    events.account_id,
    events.event_date as usage_date,
    types.event_type_name as event_name,
    events.n_events,
    events.n_users
from read_parquet(getvariable('data') || '/event_daily.parquet') as events
inner join read_csv(getvariable('data') || '/event_type.csv', header = true) as types
    on events.event_type_id = types.event_type_id
