{#- A feed is what a metric reads of a source. It is connected from the day of its first row: before
    that day, as after none, its metrics are unknown for every account. -#}

with activity as (
    select * from {{ ref('int_usage__activity_days') }}
),

catalogue as (
    select
        count(*) as n_features,
        sum(case when feature_type = 'login' then 1 else 0 end) as n_logins,
        sum(case when feature_type = 'page_view' then 1 else 0 end) as n_page_views,
        sum(case when is_core then 1 else 0 end) as n_core_features
    from {{ ref('stg_product__features') }}
),

usage as (
    select
        sum(n_events) as n_events,
        min(known_date) as first_date,
        max(known_date) as last_date,
        min(case when user_id is not null then known_date end) as first_user_date,
        max(case when user_id is not null then known_date end) as last_user_date
    from activity
),

product as (
    select
        'product_activity' as feed,
        first_date as connected_from,
        last_date as last_known_date
    from usage
    union all
    select 'product_user_activity', first_user_date, last_user_date from usage
    union all
    select 'product_features', first_date, last_date
    from usage cross join catalogue where n_core_features > 0
    union all
    select 'product_logins', first_user_date, last_user_date
    from usage cross join catalogue where n_logins > 0
    union all
    select 'product_page_views', first_date, last_date
    from usage cross join catalogue where n_page_views > 0
    union all
    select 'product_users', min(known_date), max(known_date) from {{ ref('stg_product__users') }}
    union all
    select 'product_storage', min(known_date), max(known_date) from {{ ref('stg_product__storage') }}
),

crm as (
    select
        'crm_contacts' as feed,
        min(known_date) as connected_from,
        max(known_date) as last_known_date
    from {{ ref('stg_crm__contacts') }}
    union all
    select 'crm_contact_roles', min(known_date), max(known_date)
    from {{ ref('stg_crm__contact_roles') }}
    union all
    select 'crm_activities', min(known_date), max(known_date) from {{ ref('stg_crm__activities') }}
    union all
    select 'crm_goals', min(known_date), max(known_date) from {{ ref('stg_crm__goals') }}
    union all
    select
        'crm_goal_values',
        min(greatest(known_date, cast(measured_at as date))),
        max(greatest(known_date, cast(measured_at as date)))
    from {{ ref('stg_crm__goals') }}
    where measured_at is not null and measured_value is not null
    union all
    select 'crm_milestones', min(known_date), max(known_date) from {{ ref('stg_crm__milestones') }}
    union all
    select 'crm_csm_ratings', min(known_date), max(known_date)
    from {{ ref('stg_crm__csm_assessments') }}
    where csm_rating is not null
    union all
    select 'crm_relationship_depths', min(known_date), max(known_date)
    from {{ ref('stg_crm__csm_assessments') }}
    where relationship_depth is not null
),

support as (
    select
        'support_tickets' as feed,
        min(known_date) as connected_from,
        max(known_date) as last_known_date
    from {{ ref('stg_support__tickets') }}
    union all
    select 'support_ticket_sentiment', min(known_date), max(known_date)
    from {{ ref('stg_support__tickets') }}
    where sentiment is not null
    union all
    select
        'support_ticket_csat',
        min(greatest(known_date, cast(coalesce(csat_at, resolved_at) as date))),
        max(greatest(known_date, cast(coalesce(csat_at, resolved_at) as date)))
    from {{ ref('stg_support__tickets') }}
    where csat_score is not null and coalesce(csat_at, resolved_at) is not null
),

survey as (
    select
        'survey_' || survey_type as feed,
        min(greatest(known_date, cast(responded_at as date))) as connected_from,
        max(greatest(known_date, cast(responded_at as date))) as last_known_date
    from {{ ref('stg_survey__responses') }}
    where responded_at is not null and score is not null
    group by survey_type
    union all
    select
        'survey_comments',
        min(greatest(known_date, cast(responded_at as date))),
        max(greatest(known_date, cast(responded_at as date)))
    from {{ ref('stg_survey__responses') }}
    where responded_at is not null and sentiment is not null
),

billing as (
    select
        'billing_subscriptions' as feed,
        min(known_date) as connected_from,
        max(known_date) as last_known_date
    from {{ ref('stg_billing__subscriptions') }}
    union all
    select 'billing_invoices', min(known_date), max(known_date)
    from {{ ref('stg_billing__invoices') }}
),

signals as (
    select
        'signals' as feed,
        min(known_date) as connected_from,
        max(known_date) as last_known_date
    from {{ ref('stg_signals__account_signals') }}
),

feeds as (
    select * from product
    union all
    select * from crm
    union all
    select * from support
    union all
    select * from survey
    union all
    select * from billing
    union all
    select * from signals
),

final as (
    select
        feed,
        case when feed = 'signals' then feed else {{ dbt.split_part('feed', "'_'", 1) }} end
            as source_name,
        -- something happens in these; the others may reach back to the first contract
        feed in ('product_activity', 'crm_activities', 'support_tickets')
        or feed like 'survey%' as is_activity_feed,
        connected_from,
        last_known_date
    from feeds
    where connected_from is not null
)

select * from final
