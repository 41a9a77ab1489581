with scores as (
    select * from {{ ref('fct_health_scores') }}
    where band <> 'insufficient data'
),

churns as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where counts_as_churn
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- the days on which a warning would have been one of this churn
watched as (
    select
        scores.scorecard,
        scores.account_id,
        churns.ended_date,
        scores.as_of_date,
        scores.is_flagged
    from churns
    cross join thresholds
    inner join scores
        on
            churns.account_id = scores.account_id
            and churns.ended_date > scores.as_of_date
            and {{ add_days('churns.ended_date', '-thresholds.warning_days') }}
            <= scores.as_of_date
),

warned as (
    select
        scorecard,
        account_id,
        ended_date,
        count(*) as n_days_watched,
        count(case when is_flagged then 1 end) as n_days_flagged,
        min(case when is_flagged then as_of_date end) as first_flagged_date
    from watched
    group by scorecard, account_id, ended_date
),

final as (
    select
        warned.scorecard,
        warned.account_id,
        warned.ended_date as churned_date,
        churns.is_voluntary,
        churns.arr_before as arr,
        warned.first_flagged_date,
        {{ days_between('warned.first_flagged_date', 'warned.ended_date') }} as lead_days,
        coalesce(
            {{ days_between('warned.first_flagged_date', 'warned.ended_date') }}
            >= thresholds.lead_days,
            false
        ) as is_caught_in_time,
        coalesce(
            {{ days_between('warned.first_flagged_date', 'warned.ended_date') }}
            >= thresholds.early_lead_days,
            false
        ) as is_caught_early,
        warned.n_days_flagged,
        warned.n_days_watched
    from warned
    cross join thresholds
    inner join churns
        on
            warned.account_id = churns.account_id
            and warned.ended_date = churns.ended_date
)

select * from final
