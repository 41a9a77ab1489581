-- Scores and shares stay on their scales, the score inside the range it could take, and an account
-- of which too little is known never gets a colour.
select
    scorecard,
    account_id,
    as_of_date,
    health_score,
    band
from {{ ref('fct_health_scores') }}
where
    as_of_date >= cast('{{ published_from() }}' as date)
    and (
        health_score not between 0 and 100
        or health_score not between health_score_low and health_score_high
        or health_score_low < 0
        or health_score_high > 100
        {% for dimension in dimensions() %}
            or {{ dimension }}_score not between 0 and 100
        {% endfor %}
        or account_coverage not between 0 and 1
        or scorecard_coverage not between 0 and 1
        or cohort_rank_share not between 0 and 1
        or (band = 'insufficient data') <> (cohort_rank_share is null)
        or band is null
        or momentum is null
        or (health_score is null and band <> 'insufficient data')
    )
