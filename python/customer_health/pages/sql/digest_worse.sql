-- customers in a worse band than a week ago, or whose fall became an alert since; those whose flag
-- began within the week are listed as such
with scores as (
    select
        account_id,
        as_of_date,
        health_score,
        band,
        is_flagged,
        is_drop_alert
    from production_scores
    where
        as_of_date in (getvariable('newest'), getvariable('newest') - 7)
        and band <> 'insufficient data'
),

-- limits differ by segment and stage, so that one day's scores may not tell the order
bands as (
    select
        band,
        avg(health_score) as mean_score
    from production_scores
    where band <> 'insufficient data'
    group by band
)

select
    customers.account_id,
    customers.account_name,
    customers.csm_owner_id,
    customers.health_score,
    customers.band,
    customers.driver_1_sentence,
    earlier.as_of_date as before_date,
    earlier.health_score as before_score,
    earlier.band as before_band
from customers
inner join scores
    on
        customers.account_id = scores.account_id
        and scores.as_of_date = getvariable('newest')
inner join scores as earlier
    on
        customers.account_id = earlier.account_id
        and earlier.as_of_date = getvariable('newest') - 7
inner join bands on scores.band = bands.band
inner join bands as earlier_bands on earlier.band = earlier_bands.band
where
    (
        bands.mean_score < earlier_bands.mean_score
        or (scores.is_drop_alert and not coalesce(earlier.is_drop_alert, false))
    )
    and (earlier.is_flagged or not coalesce(scores.is_flagged, false))
order by scores.health_score - earlier.health_score, customers.account_id
