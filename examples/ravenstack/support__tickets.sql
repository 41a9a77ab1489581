-- Whether a ticket was escalated is kept, and not when: no time is made up for it.
select
    ticket_id,
    account_id,
    priority,
    submitted_at as created_at,
    try_cast(submitted_at as timestamp)
    + to_minutes(cast(first_response_time_minutes as integer)) as first_response_at,
    closed_at as resolved_at,
    escalation_flag as is_escalated,
    satisfaction_score as csat_score
from
    read_csv(
        getvariable('data') || '/ravenstack_support_tickets.csv', header = true, all_varchar = true
    )
