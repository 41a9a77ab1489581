with base as (
    select * from {{ ref('base_crm__csm_assessments') }}
),

final as (
    select
        assessment_id,
        account_id,
        assessed_at,
        csm_rating,
        relationship_depth,
        champion_status,
        engagement_status,
        outcome_narrative,
        score_feedback,
        feedback_reason,
        {{ known_date('known_at', 'assessed_at') }} as known_date
    from base
    where quarantine_reason is null
)

select * from final
