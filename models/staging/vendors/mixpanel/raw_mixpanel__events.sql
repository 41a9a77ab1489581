with events as (
    {{ raw_rows('mixpanel', 'event', keep_raw=true) }}
),

final as (
    select
        source_relation,
        -- libraries give one insert_id to several events, and both to a copy that is sent again
        coalesce(
            cast(raw_insert_id as varchar) || '|' || cast(raw_time as varchar),
            cast(raw__fivetran_id as varchar)
        ) as event_id,
        raw_account_id as account_id,
        raw_account_domain as account_domain,
        -- a device is no person
        case
            when distinct_id like '$device:%' or distinct_id = device_id then null
            else raw_distinct_id
        end as user_id,
        raw_name as event_name,
        raw_time as occurred_at,
        raw_mp_processing_time_ms as known_at,
        coalesce(
            left_out,
            case
                when name in ('$identify', '$create_alias', '$merge')
                    then 'bookkeeping of who is who'
            end
        ) as left_out
    from events
)

select * from final
