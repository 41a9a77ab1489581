with assessments as (
    select * from {{ ref('stg_crm__csm_assessments') }}
    where score_feedback is not null
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

final as (
    select
        assessments.assessment_id,
        assessments.account_id,
        cast(assessments.assessed_at as date) as assessed_date,
        assessments.known_date,
        assessments.score_feedback,
        assessments.feedback_reason
    from assessments
    inner join clock on assessments.known_date <= clock.as_of_date
)

select * from final
