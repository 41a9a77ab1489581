-- each customer's dimensions: today, a week and 90 days ago, and the median of its cohort today
with long as (
    unpivot (
        select
            account_id,
            as_of_date,
            segment,
            lifecycle_stage,
            columns('^(usage|engagement|sentiment|relationship|support|value|financial)_score$')
        from production_scores
        cross join (select max(as_of_date) as newest from production_scores)
        where as_of_date in (newest, newest - 7, newest - 90)
    )
    on columns('_score$') into name dimension value score
),

days as (
    select
        account_id,
        dimension,
        max(score) filter (where as_of_date = newest) as score,
        max(score) filter (where as_of_date = newest - 7) as score_7d_ago,
        max(score) filter (where as_of_date = newest - 90) as score_90d_ago
    from long
    cross join (select max(as_of_date) as newest from production_scores)
    group by account_id, dimension
),

cohorts as (
    select
        segment,
        lifecycle_stage,
        dimension,
        median(score) as median_score
    from long
    where as_of_date = (select max(as_of_date) from production_scores)
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
        order by days.score nulls last
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
