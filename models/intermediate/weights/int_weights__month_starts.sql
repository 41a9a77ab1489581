{#- The first day of every month of history that this build may still write. -#}

with account_days as (
    select min(as_of_date) as first_date from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

days as (
    select
        {{ date_rows(add_days('account_days.first_date', 1), 'clock.as_of_date') }} as valid_from
    from account_days
    cross join clock
),

final as (
    select valid_from
    from days
    where
        valid_from >= cast('{{ published_from() }}' as date)
        and extract(day from valid_from) = 1
)

select * from final
