{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

totals as (
    {{ span_totals(ref('int_sentiment__spans'), 'spine', [
        'nps_latest',
        'nps_answers_unexpired',
        'last_nps_day',
        'csat_sum',
        'csat_answers',
        'ces_sum',
        'ces_answers',
        'pulse_sum',
        'pulse_answers',
        'comment_sentiment_sum',
        'comments',
        'csm_rating_latest',
        'ticket_sentiment_sum',
        'ticket_tickets',
        'ticket_sentiment_sum_previous',
        'ticket_tickets_previous',
        'all_tickets',
        'all_tickets_previous',
    ]) }}
),

measured as (
    select
        account_id,
        as_of_date,
        all_tickets,
        all_tickets_previous,
        case when nps_answers_unexpired > 0 then nps_latest end as nps_latest,
        case
            when last_nps_day > 0 then {{ day_number('as_of_date') }} - last_nps_day
        end as nps_age_days,
        csat_sum / nullif(csat_answers, 0) as csat_avg_90d,
        ces_sum / nullif(ces_answers, 0) as ces_avg_180d,
        pulse_sum / nullif(pulse_answers, 0) as pulse_avg_90d,
        comment_sentiment_sum / nullif(comments, 0) as feedback_sentiment_180d,
        -- a rating is at least 1, so 0 says that none counts
        nullif(csm_rating_latest, 0) as csm_rating_latest,
        ticket_sentiment_sum / nullif(ticket_tickets, 0)
        - ticket_sentiment_sum_previous / nullif(ticket_tickets_previous, 0)
            as ticket_sentiment_trend_90d
    from totals
),

final as (
    {{ metrics_as_of('sentiment', 'measured', absence_known={
        'ticket_sentiment_trend_90d': 'measured.all_tickets = 0 or measured.all_tickets_previous = 0',
    }) }}
)

select * from final
