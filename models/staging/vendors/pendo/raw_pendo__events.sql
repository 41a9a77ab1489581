{% set is_odd = 'num_events not between 1 and ' ~ policy_number('most_events_an_hour') | int %}

with feature_events as (
    {{ raw_rows('pendo', 'feature_event', keep_raw=true) }}
),

page_events as (
    {{ raw_rows('pendo', 'page_event', keep_raw=true) }}
),

hours as (
    select
        source_relation,
        raw__fivetran_id as hour_id,
        account_id,
        raw_account_id,
        raw_account_domain,
        visitor_id,
        raw_visitor_id,
        raw_feature_id as event_name,
        raw_timestamp as occurred_at,
        num_events,
        left_out
    from feature_events
    union all
    select
        source_relation,
        raw__fivetran_id as hour_id,
        account_id,
        raw_account_id,
        raw_account_domain,
        visitor_id,
        raw_visitor_id,
        raw_page_id as event_name,
        raw_timestamp as occurred_at,
        num_events,
        left_out
    from page_events
),

-- an hour without a number had one at least
events as (
    select
        *,
        unnest(
            generate_series(1, case when {{ is_odd }} then 1 else coalesce(num_events, 1) end)
        ) as event_number
    from hours
),

final as (
    select
        source_relation,
        cast(hour_id as varchar) || '-' || cast(event_number as varchar) as event_id,
        raw_account_id as account_id,
        raw_account_domain as account_domain,
        -- who is not known, and what the snippet's example says
        case
            when visitor_id like '\_pendo\_t\_%' escape '\' or visitor_id = 'visitor-unique-id'
                then null
            else raw_visitor_id
        end as user_id,
        event_name,
        occurred_at,
        coalesce(
            left_out,
            case
                when account_id = 'account-unique-id' then 'placeholder for an account'
                when {{ is_odd }} then 'number of events that cannot be'
            end
        ) as left_out
    from events
)

select * from final
