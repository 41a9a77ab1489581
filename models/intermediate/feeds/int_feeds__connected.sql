{#- A feed is what a metric reads of a source. It is connected from the day of its first row: before
    that day, as after none, its metrics are unknown for every account.

    {model: [(feed, condition, date, own_warm_up), ...]}: rows of the model that meet the condition
    are the feed's, known on known_date or, with a date or time, on the later of the two. Each
    survey type is a feed too. metrics.csv may name these and no other, or several joined by +.

    A column, and a kind of row, is a feed of its own where its lack would read as "none": a desk
    that never delivers escalated_at does not say that nothing was escalated.

    A feed is warm when its model has been there long enough, since a kind of row that comes first
    today may have come before. own_warm_up: not so where a column is filled from a day on only, so
    that windows before it look empty. -#}
{% set feeds_of_models = {
    'int_facts__feature_days': [
        ('product_activity', 'true'),
        ('product_core_features', "is_core and feature_type = 'feature'"),
        ('product_key_features', 'is_key'),
        ('product_logins', "feature_type = 'login'"),
        ('product_page_views', "feature_type = 'page_view'"),
    ],
    'int_facts__user_days': [('product_user_activity', 'user_id is not null', '', true)],
    'stg_product__users': [
        ('product_users', 'true'),
        ('product_user_departments', 'department is not null'),
    ],
    'stg_product__storage': [('product_storage', 'true')],
    'stg_product__measures': [
        ('product_api_calls', "measure = 'api_calls'"),
        ('product_api_errors', "measure = 'api_errors'"),
        ('product_api_latency', "measure = 'api_latency_ms'"),
        ('product_listings', "measure = 'listings'"),
        ('product_listings_filled', "measure = 'listings_filled'"),
        ('product_searches', "measure = 'searches'"),
        ('product_successful_searches', "measure = 'successful_searches'"),
        ('product_orders', "measure = 'orders'"),
        ('product_disputes', "measure = 'disputes'"),
    ],
    'stg_crm__contacts': [
        ('crm_contacts', 'true'),
        ('crm_contact_departments', 'department is not null'),
    ],
    'int_facts__contact_roles': [
        ('crm_executive_sponsors', "role = 'executive_sponsor'"),
        ('crm_champions', "role = 'champion'"),
    ],
    'stg_crm__activities': [
        ('crm_activities', 'true'),
        (
            'crm_attendances',
            "activity_type in ('meeting', 'qbr', 'training', 'webinar') and attendance is not null",
            '', true,
        ),
        ('crm_qbr_attendances', "activity_type = 'qbr' and attendance is not null", '', true),
        ('crm_trainings', "activity_type = 'training'"),
        ('crm_webinars', "activity_type = 'webinar'"),
        ('crm_community_posts', "activity_type = 'community_post'"),
        ('crm_emails', "activity_type = 'email'"),
        (
            'crm_email_opens',
            "activity_type = 'email' and coalesce(opened_at, clicked_at) is not null",
            'least(opened_at, clicked_at)', true,
        ),
        (
            'crm_email_clicks', "activity_type = 'email' and clicked_at is not null",
            'clicked_at', true,
        ),
        (
            'crm_email_answers', "activity_type = 'email' and answered_at is not null",
            'answered_at', true,
        ),
    ],
    'int_facts__participations': [
        ('crm_touchpoints', "activity_type in ('call', 'email', 'meeting', 'qbr', 'training')"),
        ('crm_participants', 'contact_id is not null', '', true),
    ],
    'stg_crm__goals': [
        ('crm_goal_due_dates', 'due_date is not null'),
        ('crm_goals_achieved', 'achieved_date is not null', 'achieved_date'),
        (
            'crm_goal_values', 'measured_at is not null and measured_value is not null',
            'measured_at',
        ),
    ],
    'stg_crm__milestones': [
        ('crm_milestone_plans', 'planned_date is not null'),
        ('crm_milestones_reached', 'reached_date is not null', 'reached_date'),
        (
            'crm_first_values', "milestone_type = 'first_value' and reached_date is not null",
            'reached_date',
        ),
        (
            'crm_onboardings', "milestone_type = 'onboarding_complete' and reached_date is not null",
            'reached_date',
        ),
        (
            'crm_integrations', "milestone_type = 'integration_live' and reached_date is not null",
            'reached_date',
        ),
        (
            'crm_use_cases', "milestone_type = 'use_case_live' and reached_date is not null",
            'reached_date',
        ),
    ],
    'stg_crm__csm_assessments': [
        ('crm_csm_ratings', 'csm_rating is not null'),
        ('crm_relationship_depths', 'relationship_depth is not null'),
    ],
    'stg_support__tickets': [
        ('support_tickets', 'true'),
        ('support_priorities', 'priority is not null'),
        ('support_first_responses', 'first_response_at is not null', 'first_response_at'),
        ('support_resolutions', 'resolved_at is not null', 'resolved_at'),
        ('support_reopenings', 'reopened_at is not null', 'reopened_at'),
        (
            'support_escalations',
            'escalated_at is not null or (is_escalated is not null and resolved_at is not null)',
            'coalesce(escalated_at, resolved_at)',
        ),
        ('support_ticket_sentiment', 'sentiment is not null'),
        (
            'support_ticket_csat',
            'csat_score is not null and coalesce(csat_at, resolved_at) is not null',
            'coalesce(csat_at, resolved_at)',
        ),
    ],
    'stg_survey__responses': [
        ('survey_comments', 'responded_at is not null and sentiment is not null', 'responded_at'),
    ],
    'stg_billing__subscriptions': [
        ('billing_subscriptions', 'true'),
        ('billing_seats', 'seats is not null'),
        ('billing_arr', 'arr is not null'),
        ('billing_term_ends', 'end_date is not null'),
    ],
    'stg_billing__invoices': [
        ('billing_invoices', 'true'),
        ('billing_payments', 'paid_date is not null or is_paid is not null', 'paid_date'),
    ],
    'stg_signals__account_signals': [
        ('signals', 'true'),
        ('signals_budget', 'signal_type in (select signal_type from budget_signals)'),
        ('signals_job_changes', "signal_type = 'champion_job_change'"),
    ],
} %}
{% set feeds = feeds_of_models.values() | sum(start=[]) | map('first') | list
    + ['survey_nps', 'survey_csat', 'survey_ces', 'survey_pulse'] %}
{#- the check before a build reads the names here -#}
{{ config(meta={'feeds': feeds}) }}

with budget_signals as (
    select signal_type from {{ ref('signal_types') }}
    where budget_effect <> 0
),

responses as (
    select * from {{ ref('stg_survey__responses') }}
),

-- each model is read once, for all of its feeds
{% for model_name, rows in feeds_of_models.items() -%}
    {{ model_name }}_days as (
        select
            {% for feed in rows -%}
                {% set day = 'greatest(known_date, cast(' ~ feed[2] ~ ' as date))' if feed[2]
                    else 'known_date' -%}
                min(case when {{ feed[1] }} then {{ day }} end) as {{ feed[0] }}_from,
                max(case when {{ feed[1] }} then {{ day }} end) as {{ feed[0] }}_last,
            {% endfor -%}
            min(known_date) as first_known_date
        from {{ ref(model_name) }}
    ),

{% endfor -%}
listed (feed, connected_from, recorded_from, last_known_date) as (
    {% for model_name, rows in feeds_of_models.items() -%}
        {% set is_last_model = loop.last -%}
        {% for feed in rows -%}
            {% set recorded_from = feed[0] ~ '_from' if feed[3] else 'first_known_date' -%}
            select '{{ feed[0] }}', {{ feed[0] }}_from, {{ recorded_from }}, {{ feed[0] }}_last
            from {{ model_name }}_days
            {{ 'union all' if not (is_last_model and loop.last) }}
        {% endfor -%}
    {% endfor -%}
),

-- every kind of survey is a feed of its own
surveyed as (
    select
        'survey_' || survey_type as feed,
        min(greatest(known_date, cast(responded_at as date))) as connected_from,
        min(greatest(known_date, cast(responded_at as date))) as recorded_from,
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
        recorded_from,
        last_known_date
    from feeds
    where connected_from is not null
)

select * from final
