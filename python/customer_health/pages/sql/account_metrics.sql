-- each customer's known metrics on the newest day: value, score, points given and points lost
select
    contributions.account_id,
    list(
        [
            contributions.metric_value,
            contributions.score,
            contributions.contribution,
            contributions.points_lost
        ]
        order by contributions.points_lost desc nulls last, contributions.component
    ) as numbers,
    list(
        contributions.component
        order by contributions.points_lost desc nulls last, contributions.component
    ) as metrics
from marts.fct_score_contributions as contributions
inner join customers
    on
        contributions.account_id = customers.account_id
        and contributions.scorecard = customers.scorecard
        and contributions.as_of_date = customers.as_of_date
where contributions.component_type = 'metric' and contributions.metric_value is not null
group by contributions.account_id
