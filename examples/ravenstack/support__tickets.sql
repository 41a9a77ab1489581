-- the time of an escalation is not kept: it counts from the opening of the ticket
select
    ticket_id,
    account_id,
    priority,
    submitted_at as created_at,
    try_cast(submitted_at as timestamp)
    + to_minutes(cast(first_response_time_minutes as integer)) as first_response_at,
    closed_at as resolved_at,
    case when escalation_flag = 'True' then submitted_at end as escalated_at,
    satisfaction_score as csat_score
from
    read_csv(
        getvariable('data') || '/ravenstack_support_tickets.csv', header = true, all_varchar = true
    )
