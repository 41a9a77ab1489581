"""Zendesk, as Fivetran loads it: what became of a ticket is told by its comments and its history.

A ticket is that of the account's organisation. When a ticket that was re-opened had been solved
before, the contract does not say: here it is the second before.

Not there is what Zendesk's types cannot hold: a day or time that is none. Its row is left out if it
would be refused for it; else the cell is empty.
"""

from __future__ import annotations

VIEWS = {
    "organizations_of_accounts": """
        select
            clean(account_id) as account_id,
            min(organization_id) as organization_id
        from organizations
        where is_plain(organization_id)
        group by clean(account_id)
    """,
    "dated_tickets": """
        select
            *,
            moment(created_at) as created_time,
            real_moment(first_response_at) as first_response_time,
            real_moment(resolved_at) as resolved_time,
            real_moment(reopened_at) as reopened_time,
            coalesce(real_moment(csat_at), real_moment(resolved_at)) as csat_time,
            coalesce(
                reopened_time < resolved_time, reopened_time is null and resolved_time is not null
            ) as is_solved
        from tickets
        where is_time(created_at, resolved_at, reopened_at, escalated_at)
    """,
    # one of those that are told twice
    "tickets_once": """
        select distinct on (clean(ticket_id)) *
        from dated_tickets
        where is_plain(ticket_id)
    """,
    # what became of each, and when
    "turns": """
        select ticket_id, 'created' as turn, created_time as turned_at from tickets_once
        union all
        select ticket_id, 'solved', reopened_time - interval 1 second from tickets_once
        union all
        select ticket_id, 'reopened', reopened_time from tickets_once
        union all
        select ticket_id, 'solved', resolved_time from tickets_once
    """,
}

TABLES = {
    "organization": """
        select
            organization_id as id,
            account_id as external_id,
            moment(created_at) as created_at
        from organizations
    """,
    "user": """
        select
            'agent-1' as id,
            'agent' as role,
            'agent-1@vendor.example.com' as email,
            null as organization_id
        union all
        select
            'requester-' || account_id as id,
            'end-user' as role,
            'desk@' || account_id || '.example.com' as email,
            organization_id
        from organizations_of_accounts
    """,
    "ticket": """
        select
            ticket_id as id,
            -- one that the desk does not know, where it does not know the account
            coalesce(organization_id, tickets.account_id) as organization_id,
            'requester-' || organizations.account_id as requester_id,
            'agent-1' as assignee_id,
            priority,
            case when is_solved then 'solved' else 'open' end as status,
            subject,
            created_time as created_at,
            greatest(
                created_time, first_response_time, resolved_time, reopened_time, csat_time
            ) as updated_at,
            moment(escalated_at) as escalated_at,
            sentiment
        from dated_tickets as tickets
        left join organizations_of_accounts as organizations
            on clean(tickets.account_id) = organizations.account_id
    """,
    "ticket_comment": """
        select
            code_of('answer' || ticket_id) as id,
            ticket_id,
            'agent-1' as user_id,
            true as public,
            first_response_time as created
        from tickets_once
        where first_response_time is not null
    """,
    "ticket_field_history": """
        select
            ticket_id,
            'status' as field_name,
            case turn when 'created' then 'new' when 'reopened' then 'open' else turn end as value,
            turned_at as updated
        from turns
        where turned_at is not null
        union all
        select
            ticket_id,
            'satisfaction_score' as field_name,
            csat_score::varchar as value,
            csat_time as updated
        from tickets_once
        where csat_score is not null
    """,
}
