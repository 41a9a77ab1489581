{% macro feeds() -%}
    {#- What metrics can be read of: a list of {name, model, row_date, condition}. The rows of the model
        that meet the condition are the feed's, known on row_date. Surveys are a feed for each survey
        type, found in the answers (model none). seeds/policy/metrics.csv may name these and no other. -#}
    {{ return([
        {
            'name': 'product_activity',
            'model': 'int_usage__feature_days',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'product_user_activity',
            'model': 'int_usage__user_days',
            'row_date': 'known_date',
            'condition': 'user_id is not null',
        },
        {
            'name': 'product_features',
            'model': 'int_usage__feature_days',
            'row_date': 'known_date',
            'condition': "exists (select 1 from features where features.is_core and features.feature_type = 'feature')",
        },
        {
            'name': 'product_key_features',
            'model': 'int_usage__feature_days',
            'row_date': 'known_date',
            'condition': 'exists (select 1 from features where features.is_key)',
        },
        {
            'name': 'product_logins',
            'model': 'int_usage__user_days',
            'row_date': 'known_date',
            'condition': "user_id is not null and exists (select 1 from features where features.feature_type = 'login')",
        },
        {
            'name': 'product_page_views',
            'model': 'int_usage__feature_days',
            'row_date': 'known_date',
            'condition': "exists (select 1 from features where features.feature_type = 'page_view')",
        },
        {
            'name': 'product_users',
            'model': 'stg_product__users',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'product_storage',
            'model': 'stg_product__storage',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_contacts',
            'model': 'stg_crm__contacts',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_contact_roles',
            'model': 'int_relationship__roles',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_activities',
            'model': 'stg_crm__activities',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_goals',
            'model': 'stg_crm__goals',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_goal_values',
            'model': 'stg_crm__goals',
            'row_date': 'greatest(known_date, cast(measured_at as date))',
            'condition': 'measured_at is not null and measured_value is not null',
        },
        {
            'name': 'crm_milestones',
            'model': 'stg_crm__milestones',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'crm_csm_ratings',
            'model': 'stg_crm__csm_assessments',
            'row_date': 'known_date',
            'condition': 'csm_rating is not null',
        },
        {
            'name': 'crm_relationship_depths',
            'model': 'stg_crm__csm_assessments',
            'row_date': 'known_date',
            'condition': 'relationship_depth is not null',
        },
        {
            'name': 'support_tickets',
            'model': 'stg_support__tickets',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'support_ticket_sentiment',
            'model': 'stg_support__tickets',
            'row_date': 'known_date',
            'condition': 'sentiment is not null',
        },
        {
            'name': 'support_ticket_csat',
            'model': 'stg_support__tickets',
            'row_date': 'greatest(known_date, cast(coalesce(csat_at, resolved_at) as date))',
            'condition': 'csat_score is not null and coalesce(csat_at, resolved_at) is not null',
        },
        {
            'name': 'survey_comments',
            'model': 'stg_survey__responses',
            'row_date': 'greatest(known_date, cast(responded_at as date))',
            'condition': 'responded_at is not null and sentiment is not null',
        },
        {
            'name': 'billing_subscriptions',
            'model': 'stg_billing__subscriptions',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'billing_invoices',
            'model': 'stg_billing__invoices',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {
            'name': 'signals',
            'model': 'stg_signals__account_signals',
            'row_date': 'known_date',
            'condition': 'true',
        },
        {'name': 'survey_nps', 'model': none},
        {'name': 'survey_csat', 'model': none},
        {'name': 'survey_ces', 'model': none},
        {'name': 'survey_pulse', 'model': none},
    ]) }}
{%- endmacro %}
