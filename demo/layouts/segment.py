"""Segment's warehouse: what is done is a track call, a page view a page call, a login a user.

A call's account is its group. Who is not known has a device and no user. Users are one row each.
"""

from __future__ import annotations

VIEWS = {
    "calls": """
        select
            event_id as id,
            user_id,
            case when user_id is null then 'device-' || clean(account_id) end as anonymous_id,
            account_id as context_group_id,
            event_name,
            occurred_at as timestamp,
            occurred_at as sent_at,
            greatest(coalesce(known_at, occurred_at), occurred_at) as received_at
        from events
    """,
}

TABLES = {
    "tracks": """
        select
            id, user_id, anonymous_id, context_group_id, event_name as event,
            timestamp, sent_at, received_at
        from calls
        where event_name is distinct from 'page_view'
    """,
    "pages": """
        select id, user_id, anonymous_id, context_group_id, timestamp, sent_at, received_at
        from calls
        where event_name = 'page_view'
    """,
    "users": """
        select
            user_id as id,
            account_id,
            department,
            created_at,
            deactivated_at,
            created_at as received_at
        from users
    """,
    "groups": """
        select
            code_of(user_id || account_id) as id,
            user_id,
            account_id as group_id,
            created_at as timestamp,
            created_at as received_at
        from users
    """,
    "identifies": """
        select
            code_of(user_id) as id,
            user_id,
            'device-' || clean(user_id) as anonymous_id,
            created_at as timestamp,
            created_at as received_at
        from users
    """,
}
