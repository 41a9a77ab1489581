"""Pendo, as Fivetran loads it: counts of clicks and views by visitor and hour.

A feature is what its events are called, whatever name they have. Counts have no ids: what comes
twice counts once, and events without a usable id, time or tag are not there. When Pendo learnt of
an event it does not say.
"""

from __future__ import annotations

VIEWS = {
    "tags": """
        select distinct on (event_name)
            clean(event_name) as event_name,
            clean(feature_id) as feature_id,
            feature_name,
            feature_type,
            is_core,
            is_key
        from features
        where feature_type in ('login', 'page_view', 'feature')
    """,
    "hours": """
        select
            account_id,
            coalesce(user_id, '_PENDO_T_' || account_id) as visitor_id,
            tags.feature_id,
            tags.feature_type = 'page_view' as is_page,
            date_trunc('hour', occurred_at) as timestamp,
            count(distinct clean(event_id))::bigint as num_events
        from (
            select
                clean(event_id) as event_id,
                clean(account_id) as account_id,
                clean(user_id) as user_id,
                clean(event_name) as event_name,
                occurred_at
            from events
        ) as cleaned
        inner join tags on cleaned.event_name = tags.event_name
        where occurred_at is not null and event_id ~ '^[!-~]+$'
        group by all
    """,
}

TABLES = {
    "feature_event": """
        select
            code_of(visitor_id || feature_id || timestamp || account_id) as _fivetran_id,
            account_id, visitor_id, feature_id, timestamp, num_events,
            least(num_events, 60) as num_minutes
        from hours
        where not is_page
    """,
    "page_event": """
        select
            code_of(visitor_id || feature_id || timestamp || account_id) as _fivetran_id,
            account_id, visitor_id, feature_id as page_id, timestamp, num_events,
            least(num_events, 60) as num_minutes
        from hours
        where is_page
    """,
    "feature_history": """
        select distinct on (id)
            feature_id as id,
            feature_name as name,
            feature_type,
            is_core as is_core_event,
            is_key,
            timestamp '2020-01-01' as last_updated_at
        from tags
        where feature_type <> 'page_view'
    """,
    "page_history": """
        select distinct on (id)
            feature_id as id,
            feature_name as name,
            timestamp '2020-01-01' as last_updated_at
        from tags
        where feature_type = 'page_view'
    """,
    "visitor_history": """
        select
            user_id as id,
            account_id,
            department,
            created_at as first_visit,
            deactivated_at,
            created_at as last_updated_at
        from users
    """,
}
