{#- A feed is what a metric reads of a source. It is connected from the day of its first row: before
    that day, as after none, its metrics are unknown for every account. -#}

{#- (feed, model, day from which a row is known, rows that belong to it). A product feed that rests
    on the catalogue of features is connected only if the catalogue has such a feature. -#}
{% set feeds = [
    ('product_activity', 'int_usage__activity_days', 'known_date', 'true'),
    ('product_user_activity', 'int_usage__activity_days', 'known_date', 'user_id is not null'),
    ('product_features', 'int_usage__activity_days', 'known_date',
        'exists (select 1 from features where features.is_core)'),
    ('product_logins', 'int_usage__activity_days', 'known_date',
        "user_id is not null"
        ~ " and exists (select 1 from features where features.feature_type = 'login')"),
    ('product_page_views', 'int_usage__activity_days', 'known_date',
        "exists (select 1 from features where features.feature_type = 'page_view')"),
    ('product_users', 'stg_product__users', 'known_date', 'true'),
    ('product_storage', 'stg_product__storage', 'known_date', 'true'),
    ('crm_contacts', 'stg_crm__contacts', 'known_date', 'true'),
    ('crm_contact_roles', 'stg_crm__contact_roles', 'known_date', 'true'),
    ('crm_activities', 'stg_crm__activities', 'known_date', 'true'),
    ('crm_goals', 'stg_crm__goals', 'known_date', 'true'),
    ('crm_goal_values', 'stg_crm__goals', 'greatest(known_date, cast(measured_at as date))',
        'measured_at is not null and measured_value is not null'),
    ('crm_milestones', 'stg_crm__milestones', 'known_date', 'true'),
    ('crm_csm_ratings', 'stg_crm__csm_assessments', 'known_date', 'csm_rating is not null'),
    ('crm_relationship_depths', 'stg_crm__csm_assessments', 'known_date',
        'relationship_depth is not null'),
    ('support_tickets', 'stg_support__tickets', 'known_date', 'true'),
    ('support_ticket_sentiment', 'stg_support__tickets', 'known_date', 'sentiment is not null'),
    ('support_ticket_csat', 'stg_support__tickets',
        'greatest(known_date, cast(coalesce(csat_at, resolved_at) as date))',
        'csat_score is not null and coalesce(csat_at, resolved_at) is not null'),
    ('survey_comments', 'stg_survey__responses', 'greatest(known_date, cast(responded_at as date))',
        'responded_at is not null and sentiment is not null'),
    ('billing_subscriptions', 'stg_billing__subscriptions', 'known_date', 'true'),
    ('billing_invoices', 'stg_billing__invoices', 'known_date', 'true'),
    ('signals', 'stg_signals__account_signals', 'known_date', 'true'),
] %}

with features as (
    select * from {{ ref('stg_product__features') }}
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

listed as (
    {% for feed, model, row_date, condition in feeds %}
        select
            '{{ feed }}' as feed,
            min({{ row_date }}) as connected_from,
            max({{ row_date }}) as last_known_date
        from {{ ref(model) }}
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- every kind of survey is a feed of its own
surveyed as (
    select
        'survey_' || survey_type as feed,
        min(greatest(known_date, cast(responded_at as date))) as connected_from,
        max(greatest(known_date, cast(responded_at as date))) as last_known_date
    from responses
    where responded_at is not null and score is not null
    group by survey_type
),

feeds as (
    select * from listed
    union all
    select * from surveyed
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
