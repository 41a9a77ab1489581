{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

totals as (
    {{ span_totals(ref('int_engagement__spans'), 'spine', [
        'touchpoints_90d',
        'last_touchpoint_day',
        'last_qbr_attendance',
        'qbrs_12m',
        'qbrs_attended_12m',
        'trainings_attended_180d',
        'webinars_attended_180d',
        'community_posts_90d',
        'invitations_90d',
        'invitations_declined_90d',
        'emails_sent_90d',
        'emails_opened_90d',
        'emails_clicked_90d',
        'emails_answered_90d',
        'response_hours_90d',
        'responses_90d',
    ]) }}
),

measured as (
    select
        account_id,
        as_of_date,
        nullif(touchpoints_90d, 0) as touchpoints_90d,
        case
            when last_touchpoint_day > 0
                then {{ day_number('as_of_date') }} - last_touchpoint_day
        end as days_since_last_touchpoint,
        -- attended if anybody came
        case
            when qbrs_12m > 0 then case when last_qbr_attendance > 0 then 1 else 0 end
        end as is_last_qbr_attended,
        qbrs_attended_12m / nullif(qbrs_12m, 0) as qbr_attendance_share_12m,
        nullif(trainings_attended_180d, 0) as trainings_attended_180d,
        nullif(webinars_attended_180d, 0) as webinars_attended_180d,
        emails_opened_90d / nullif(emails_sent_90d, 0) as email_open_rate_90d,
        emails_clicked_90d / nullif(emails_sent_90d, 0) as email_click_rate_90d,
        emails_answered_90d / nullif(emails_sent_90d, 0) as email_answer_rate_90d,
        response_hours_90d / nullif(responses_90d, 0) as avg_response_hours_90d,
        nullif(community_posts_90d, 0) as community_posts_90d,
        invitations_declined_90d / nullif(invitations_90d, 0) as meeting_decline_rate_90d,
        nullif(emails_sent_90d, 0) as emails_sent_90d
    from totals
),

final as (
    {{ metrics_as_of('engagement', 'measured') }}
)

select * from final
