"""Amplitude, as Fivetran loads it. An account is a group, which is a column of the events."""

from __future__ import annotations

VIEWS: dict[str, str] = {}

TABLES = {
    "event": """
        select
            event_id as _insert_id,
            event_id as uuid,
            user_id,
            account_id,
            event_name as event_type,
            occurred_at as event_time,
            greatest(coalesce(known_at, occurred_at), occurred_at) as server_upload_time,
            false as is_attribution_event
        from events
    """,
}
