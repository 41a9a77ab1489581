"""Mixpanel, as Fivetran loads it. An account is a group key, which is a column of the events.

Who is not known is a device. An event without an id has none of the loader's either.
"""

from __future__ import annotations

VIEWS: dict[str, str] = {}

TABLES = {
    "event": """
        select
            event_id as insert_id,
            event_name as name,
            occurred_at as time,
            coalesce(user_id, '$device:' || clean(account_id)) as distinct_id,
            case when user_id is null then clean(account_id) end as device_id,
            account_id,
            epoch_ms(greatest(coalesce(known_at, occurred_at), occurred_at))
                as mp_processing_time_ms
        from events
    """,
}
