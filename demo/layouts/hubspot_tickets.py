"""HubSpot's tickets, as Fivetran loads them.

When a ticket that was re-opened had been closed before, the contract does not say: here it is the
second before. Not there is what HubSpot's types cannot hold: a day or time that is none. Its row is
left out if it would be refused for it; else the cell is empty.
"""

from __future__ import annotations

from demo.layouts import zendesk

VIEWS = zendesk.VIEWS

TABLES = {
    "ticket": """
        select
            ticket_id as id,
            false as is_deleted,
            created_time as property_createdate,
            moment(first_response_at) as property_first_agent_reply_date,
            case when is_solved then resolved_time end as property_closed_date,
            case when is_solved then '4' else '1' end as property_hs_pipeline_stage,
            case
                when clean(priority) in ('p1', 'urgent', 'critical', 'blocker') then 'URGENT'
                when clean(priority) in ('p2', 'high') then 'HIGH'
                when clean(priority) in ('p3', 'medium', 'normal') then 'MEDIUM'
                when clean(priority) in ('p4', 'low') then 'LOW'
                else priority
            end as property_hs_ticket_priority,
            subject as property_subject,
            moment(escalated_at) as escalated_at,
            csat_score,
            moment(csat_at) as csat_at,
            sentiment
        from dated_tickets
    """,
    "ticket_company": """
        select
            ticket_id,
            account_id as company_id,
            26 as type_id,
            'HUBSPOT_DEFINED' as category
        from tickets_once
    """,
    "ticket_pipeline_stage": """
        select
            unnest(['1', '4']) as stage_id,
            unnest([false, true]) as is_closed,
            unnest(['OPEN', 'CLOSED']) as ticket_state
    """,
    "ticket_property_history": """
        select
            ticket_id,
            'hs_pipeline_stage' as name,
            case turn when 'solved' then '4' else '1' end as value,
            turned_at as timestamp_instant
        from turns
        where turned_at is not null
    """,
}
