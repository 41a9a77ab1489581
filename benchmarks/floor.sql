-- The least that any build must do: read every event once, to one row per account, person and day.
-- Variable: raw, the folder of raw data.
select
    account_id,
    user_id,
    cast(occurred_at as date) as activity_date,
    count(*) as n_events,
from read_parquet(getvariable('raw') || '/product/events/*.parquet')
group by all
