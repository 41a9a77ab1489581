{#- Scores at month ends, as published, and the score 90 days later of those who still had one. -#}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where band <> 'insufficient data'
),

-- the one that people see today, with the history that it has
production as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

own_scores as (
    select scores.*
    from scores
    inner join production on scores.scorecard = production.scorecard
),

month_ends as (
    select
        account_id,
        as_of_date,
        health_score,
        change_90d,
        cohort_median_score
    from own_scores
    where
        change_90d is not null
        and cohort_median_score is not null
        and {{ is_month_end('as_of_date') }}
),

-- on a weekly grid the first score from then on
later as (
    select
        month_ends.account_id,
        month_ends.as_of_date,
        min(own_scores.as_of_date) as matured_date,
        min_by(own_scores.health_score, own_scores.as_of_date) as later_score
    from month_ends
    inner join own_scores
        on
            month_ends.account_id = own_scores.account_id
            and own_scores.as_of_date
            between {{ add_days('month_ends.as_of_date', 90) }}
            and {{ add_days('month_ends.as_of_date', 96) }}
    group by month_ends.account_id, month_ends.as_of_date
),

final as (
    select
        month_ends.account_id,
        month_ends.as_of_date,
        later.matured_date,
        month_ends.health_score,
        month_ends.change_90d,
        month_ends.cohort_median_score as peer_score,
        later.later_score
    from month_ends
    left join later
        on
            month_ends.account_id = later.account_id
            and month_ends.as_of_date = later.as_of_date
)

select * from final
