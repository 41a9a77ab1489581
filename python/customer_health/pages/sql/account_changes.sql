-- why each customer's score is not what it was 30 and 90 days ago: points by cause and dimension
with by_dimension as (
    select
        account_id,
        change_days,
        cause,
        dimension,
        points,
        sum(points) over (partition by account_id, change_days) as change,
        sum(points) over (partition by account_id, change_days, cause) as cause_points
    from marts.fct_score_changes
    where cause <> 'rounding'
),

by_cause as (
    select
        account_id,
        change_days,
        cause,
        any_value(change) as change,
        any_value(cause_points) as cause_points,
        list({'dimension': dimension, 'points': points} order by abs(points) desc, dimension)
            filter (abs(points) >= 0.05) as dimensions
    from by_dimension
    group by account_id, change_days, cause
    having max(abs(points)) >= 0.05
)

select
    account_id,
    list(
        {
            'change_days': change_days,
            'change': change,
            'cause': cause,
            'points': cause_points,
            'dimensions': dimensions
        }
        order by change_days, abs(cause_points) desc, cause
    ) as changes
from by_cause
group by account_id
