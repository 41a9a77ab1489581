-- Each score from 0.0 to 100.0, by tenths, has exactly one band of each scorecard and version of
-- its bands, in every segment and lifecycle stage, in the renewal window and outside it.
with bands as (
    select * from {{ ref('int_bands__in_force') }}
),

places as (
    select distinct
        scorecard,
        valid_from,
        segment,
        lifecycle_stage,
        is_in_renewal_window
    from bands
),

-- as many days as there are tenths
days as (
    select
        {{ date_rows("cast('2000-01-01' as date)", "cast('2002-09-27' as date)") }} as counted_date
),

scores as (
    select {{ days_between("cast('2000-01-01' as date)", 'counted_date') }} / 10.0 as score
    from days
)

select
    places.scorecard,
    places.valid_from,
    places.segment,
    places.lifecycle_stage,
    places.is_in_renewal_window,
    scores.score,
    count(bands.band) as n_bands
from places
cross join scores
left join bands
    on
        places.scorecard = bands.scorecard
        and places.valid_from = bands.valid_from
        and places.segment = bands.segment
        and places.lifecycle_stage = bands.lifecycle_stage
        and places.is_in_renewal_window = bands.is_in_renewal_window
        and scores.score >= bands.lower_bound
        and (
            scores.score < bands.upper_bound
            or (scores.score = 100 and bands.upper_bound = 100)
        )
group by
    places.scorecard,
    places.valid_from,
    places.segment,
    places.lifecycle_stage,
    places.is_in_renewal_window,
    scores.score
having count(bands.band) <> 1
