{#- What owners say of the scores they saw, beside these scores. -#}
{#- a day's score is computed after it; on a weekly grid the one they saw is up to a week older -#}
{% set days_seen = 7 %}

with feedback as (
    select * from {{ ref('int_facts__score_feedback') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

seen as (
    select
        feedback.assessment_id,
        max(scores.as_of_date) as as_of_date
    from feedback
    inner join scores
        on
            feedback.account_id = scores.account_id
            and feedback.assessed_date > scores.as_of_date
            and {{ add_days('feedback.assessed_date', -days_seen) }} <= scores.as_of_date
    group by feedback.assessment_id
),

final as (
    select
        feedback.assessment_id,
        feedback.account_id,
        feedback.assessed_date,
        feedback.score_feedback,
        feedback.feedback_reason,
        scores.scorecard,
        scores.as_of_date,
        scores.health_score,
        scores.band
    from feedback
    left join seen on feedback.assessment_id = seen.assessment_id
    left join scores
        on feedback.account_id = scores.account_id and seen.as_of_date = scores.as_of_date
)

select * from final
