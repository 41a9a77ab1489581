{#- The days on which weights are fitted and that this build may still write: the first
    day of every refit_months months. -#}

with month_starts as (
    select * from {{ ref('int_weights__month_starts') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

final as (
    select month_starts.valid_from
    from month_starts
    cross join thresholds
    where
        mod(
            cast(extract(month from month_starts.valid_from) - 1 as integer),
            cast(thresholds.refit_months as integer)
        ) = 0
)

select * from final
