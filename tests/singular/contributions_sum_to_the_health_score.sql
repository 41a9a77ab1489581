-- A score that does not add up to its explanation cannot be believed. Every score on an explained
-- date has contributions, and they sum to it within 1e-9.
with contributions as (
    select
        scorecard,
        account_id,
        as_of_date,
        sum(contribution) as total
    from {{ ref('fct_score_contributions') }}
    where as_of_date >= cast('{{ published_from() }}' as date)
    group by scorecard, account_id, as_of_date
),

explained_days as (
    select distinct
        account_id,
        as_of_date
    from {{ ref('int_scoring__explained_metrics') }}
    where as_of_date >= cast('{{ published_from() }}' as date)
),

scores as (
    select
        scores.scorecard,
        scores.account_id,
        scores.as_of_date,
        scores.health_score
    from {{ ref('fct_health_scores') }} as scores
    inner join explained_days
        on
            scores.account_id = explained_days.account_id
            and scores.as_of_date = explained_days.as_of_date
    where scores.health_score is not null
)

select
    scores.scorecard,
    scores.account_id,
    scores.as_of_date,
    scores.health_score,
    contributions.total
from scores
full outer join contributions
    on
        scores.scorecard = contributions.scorecard
        and scores.account_id = contributions.account_id
        and scores.as_of_date = contributions.as_of_date
where
    scores.health_score is null
    or contributions.total is null
    or abs(scores.health_score - contributions.total) > 1e-9
