{#- The days on which weights are fitted and that this build may still write: the first
    day of every refit_months months. -#}

with account_days as (
    select min(as_of_date) as first_date from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

days as (
    select
        {{ date_rows(add_days('account_days.first_date', 1), 'clock.as_of_date') }} as valid_from
    from account_days
    cross join clock
),

final as (
    select days.valid_from
    from days
    cross join thresholds
    where
        days.valid_from >= cast('{{ published_from() }}' as date)
        and extract(day from days.valid_from) = 1
        and mod(
            cast(extract(month from days.valid_from) - 1 as integer),
            cast(thresholds.refit_months as integer)
        ) = 0
)

select * from final
