-- each customer's dimensions: today, a week and 90 days ago, and the median of its cohort today
with scores as (
    select
        account_id,
        as_of_date,
        segment,
        lifecycle_stage,
        columns('_score$')
    from production_scores
    where
        as_of_date in (
            getvariable('newest'), getvariable('newest') - 7, getvariable('newest') - 90
        )
),

long as (
    select * from (unpivot scores on columns('_score$') into name dimension value score)
    where dimension not in ('health_score', 'cohort_median_score')
),

days as (
    select
        account_id,
        dimension,
        max(score) filter (where as_of_date = getvariable('newest')) as score,
        max(score) filter (where as_of_date = getvariable('newest') - 7) as score_7d_ago,
        max(score) filter (where as_of_date = getvariable('newest') - 90) as score_90d_ago
    from long
    group by account_id, dimension
),

cohorts as (
    select
        segment,
        lifecycle_stage,
        dimension,
        median(score) as median_score
    from long
    where as_of_date = getvariable('newest')
    group by segment, lifecycle_stage, dimension
)

select
    days.account_id,
    list(
        {
            'dimension': replace(days.dimension, '_score', ''),
            'score': days.score,
            'before': days.score_90d_ago,
            'week': days.score_7d_ago,
            'peers': cohorts.median_score
        }
        order by days.score nulls last, days.dimension
    ) as dimensions
from days
inner join customers on days.account_id = customers.account_id
left join cohorts
    on
        customers.segment = cohorts.segment
        and customers.lifecycle_stage = cohorts.lifecycle_stage
        and days.dimension = cohorts.dimension
where days.score is not null
group by days.account_id
