-- each customer's score, once a week back from the newest day, for a year and a half
with weeks as (
    select unnest(
        generate_series(getvariable('newest') - 546, getvariable('newest'), interval 7 day)
    ) as day
),

first_days as (
    select
        account_id,
        min(as_of_date) as first_day
    from production_scores
    where health_score is not null
    group by account_id
)

select
    customers.account_id,
    {
        'first_day': cast(min(cast(weeks.day as date)) as varchar),
        'step_days': 7,
        'score': list(scores.health_score order by weeks.day),
        'low': list(cast(floor(scores.health_score_low) as integer) order by weeks.day),
        'high': list(cast(ceil(scores.health_score_high) as integer) order by weeks.day),
        'peers': list(cast(round(scores.cohort_median_score) as integer) order by weeks.day)
    } as history
from customers
inner join first_days on customers.account_id = first_days.account_id
inner join weeks on first_days.first_day <= weeks.day
left join production_scores as scores
    on customers.account_id = scores.account_id and weeks.day = scores.as_of_date
group by customers.account_id
