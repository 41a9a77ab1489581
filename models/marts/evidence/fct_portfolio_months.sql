{#- What all customers did together: a dip that everyone has, or that comes every year, is no news
    of an account. -#}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where band <> 'insufficient data'
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

-- the one that people see today, with the history that it has
production as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

-- changes of the same accounts, so that who comes and goes moves nothing; sums of decimals are the
-- same in any order of the rows
months as (
    select
        scores.scorecard,
        scores.as_of_date,
        extract(month from scores.as_of_date) as calendar_month,
        count(*) as n_accounts,
        avg(cast(scores.health_score as decimal(9, 1))) as mean_score,
        avg(cast(scores.change_30d as decimal(9, 1))) as mean_change_30d,
        avg(cast(scores.change_90d as decimal(9, 1))) as mean_change_90d,
        avg(cast(scores.change_365d as decimal(9, 1))) as mean_change_365d
    from scores
    inner join production on scores.scorecard = production.scorecard
    cross join clock
    where
        scores.as_of_date = clock.as_of_date
        or {{ is_month_end('scores.as_of_date') }}
    group by scores.scorecard, scores.as_of_date
),

-- whole months only: the newest day may stand in the middle of one
seasons as (
    select
        months.as_of_date,
        count(earlier.mean_change_90d) as n_years,
        avg(earlier.mean_change_90d) as usual_change_90d
    from months
    left join months as earlier
        on
            months.calendar_month = earlier.calendar_month
            and {{ add_days('months.as_of_date', -300) }} > earlier.as_of_date
            and {{ is_month_end('earlier.as_of_date') }}
    group by months.as_of_date
),

final as (
    select
        months.as_of_date,
        months.scorecard,
        months.n_accounts,
        round(months.mean_score, 2) as mean_score,
        round(months.mean_change_30d, 2) as mean_change_30d,
        round(months.mean_change_90d, 2) as mean_change_90d,
        round(months.mean_change_365d, 2) as mean_change_365d,
        round(seasons.usual_change_90d, 2) as usual_change_90d,
        seasons.n_years
    from months
    inner join seasons on months.as_of_date = seasons.as_of_date
)

select * from final
