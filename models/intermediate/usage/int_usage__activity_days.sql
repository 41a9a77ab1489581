{#- Raw activity is read once and reduced here; nothing downstream sees an event. -#}

with events as (
    select * from {{ ref('stg_product__events') }}
),

daily_usage as (
    select * from {{ ref('stg_product__daily_usage') }}
),

features as (
    select * from {{ ref('stg_product__features') }}
),

reduced as (
    select
        account_id,
        user_id,
        event_name,
        cast(occurred_at as date) as activity_date,
        known_date,
        count(*) as n_events,
        cast(null as bigint) as n_users
    from events
    group by 1, 2, 3, 4, 5
),

activity as (
    select * from reduced
    union all
    select
        account_id,
        user_id,
        event_name,
        usage_date as activity_date,
        known_date,
        n_events,
        case when user_id is null then n_users end as n_users
    from daily_usage
    -- a roll-up of no events says that nobody did anything
    where n_events > 0
),

final as (
    select
        activity.account_id,
        activity.user_id,
        activity.activity_date,
        activity.known_date,
        -- an event the catalogue does not list is a feature of its own
        coalesce(features.feature_id, activity.event_name) as feature_id,
        coalesce(features.feature_type, 'feature') as feature_type,
        coalesce(features.is_core, false) as is_core,
        coalesce(features.is_key, false) as is_key,
        sum(activity.n_events) as n_events,
        max(activity.n_users) as n_users
    from activity
    left join features on activity.event_name = features.event_name
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

select * from final
