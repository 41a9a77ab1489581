with events as (
    {{ raw_rows('amplitude', 'event', keep_raw=true) }}
),

final as (
    select
        source_relation,
        coalesce(cast(raw__insert_id as varchar), cast(raw_uuid as varchar)) as event_id,
        raw_account_id as account_id,
        raw_account_domain as account_domain,
        raw_user_id as user_id,
        raw_event_type as event_name,
        raw_event_time as occurred_at,
        raw_server_upload_time as known_at,
        coalesce(
            left_out,
            case
                when event_type in ('$identify', '$groupidentify') then 'bookkeeping of who is who'
            end
        ) as left_out
    from events
)

select * from final
