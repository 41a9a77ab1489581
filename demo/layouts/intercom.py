"""Intercom, as Fivetran loads it: a ticket is a conversation, and its parts tell what became of it.

Intercom marks a conversation as a priority or not, and has no escalations and no tone. When one
that was re-opened had been closed before, the contract does not say: here it is the second before.

Not there is what Intercom's types cannot hold: a day or time that is none. Its row is left out if
it would be refused for it, as is one with an escalation from before the ticket or of days to come;
else the cell is empty.
"""

from __future__ import annotations

from demo.layouts import zendesk

VIEWS = zendesk.VIEWS

TABLES = {
    "company_history": """
        select
            organization_id as id,
            account_id as company_id,
            moment(created_at) as created_at,
            moment(created_at) as updated_at,
            true as _fivetran_active
        from organizations
    """,
    "conversation_history": """
        select
            ticket_id as id,
            -- one that the desk does not know, where it does not know the account
            coalesce(organization_id, tickets.account_id) as company_id,
            created_time as created_at,
            greatest(created_time, resolved_time, reopened_time) as updated_at,
            true as _fivetran_active,
            case when is_solved then 'closed' else 'open' end as state,
            case
                when clean(priority) in ('p1', 'urgent', 'critical', 'blocker', 'p2', 'high')
                    then 'priority'
                else 'not_priority'
            end as priority,
            'user' as source_author_type,
            'customer_initiated' as source_delivered_as,
            subject as source_subject,
            created_time as first_contact_reply_created_at,
            csat_score as conversation_rating_value,
            case when csat_score is not null then csat_time end as conversation_rating_created_at
        from dated_tickets as tickets
        left join organizations_of_accounts as organizations
            on clean(tickets.account_id) = organizations.account_id
        where
            coalesce(
                cast(real_moment(escalated_at) as date)
                between cast(created_time as date) and last_day(),
                true
            )
    """,
    "conversation_part_history": """
        select
            code_of(ticket_id || part_type || created_at) as id,
            ticket_id as conversation_id,
            created_at,
            part_type,
            author_type,
            body
        from (
            select
                ticket_id,
                first_response_time as created_at,
                'comment' as part_type,
                'admin' as author_type,
                'We are looking into it.' as body
            from tickets_once
            union all
            select ticket_id, reopened_time - interval 1 second, 'close', 'admin', null
            from tickets_once
            union all
            select ticket_id, reopened_time, 'open', 'user', null
            from tickets_once
            union all
            select ticket_id, resolved_time, 'close', 'admin', null
            from tickets_once
        )
        where created_at is not null
    """,
}
