{% macro feeds() -%}
    {#- What metrics can be read of: {model: [(feed, condition, date, own_warm_up), ...]}. The rows of the model
        that meet the condition are the feed's, known on known_date or, with a date or time, on the later of the two.
        Each survey type is a feed too, found in the answers (survey_nps ...). seeds/policy/metrics.csv may
        name these and no other, or several joined by + (connected when all are).

        A feed is warm when its model has been there long enough, since a kind of row that comes first today
        may have come before. own_warm_up: not so where a column is filled from a day on only (who it was, what
        was opened), so that windows before it look empty.

        A column, and a kind of row, is a feed of its own where its lack would read as "none": a desk
        that never delivers escalated_at does not say that nothing was escalated. A column that is
        delivered but never filled says no more than one that is not. -#}
    {{ return({
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
                "activity_type in ('meeting', 'qbr', 'training', 'webinar') and attendance is not null", '', true,
            ),
            ('crm_qbr_attendances', "activity_type = 'qbr' and attendance is not null", '', true),
            ('crm_trainings', "activity_type = 'training'"),
            ('crm_webinars', "activity_type = 'webinar'"),
            ('crm_community_posts', "activity_type = 'community_post'"),
            ('crm_emails', "activity_type = 'email'"),
            (
                'crm_email_opens', "activity_type = 'email' and coalesce(opened_at, clicked_at) is not null",
                'least(opened_at, clicked_at)', true,
            ),
            ('crm_email_clicks', "activity_type = 'email' and clicked_at is not null", 'clicked_at', true),
            ('crm_email_answers', "activity_type = 'email' and answered_at is not null", 'answered_at', true),
        ],
        'int_facts__participations': [
            ('crm_touchpoints', "activity_type in ('call', 'email', 'meeting', 'qbr', 'training')"),
            ('crm_participants', 'contact_id is not null', '', true),
        ],
        'stg_crm__goals': [
            ('crm_goal_due_dates', 'due_date is not null'),
            ('crm_goals_achieved', 'achieved_date is not null', 'achieved_date'),
            ('crm_goal_values', 'measured_at is not null and measured_value is not null', 'measured_at'),
        ],
        'stg_crm__milestones': [
            ('crm_milestone_plans', 'planned_date is not null'),
            ('crm_milestones_reached', 'reached_date is not null', 'reached_date'),
            ('crm_first_values', "milestone_type = 'first_value' and reached_date is not null", 'reached_date'),
            ('crm_onboardings', "milestone_type = 'onboarding_complete' and reached_date is not null", 'reached_date'),
            ('crm_integrations', "milestone_type = 'integration_live' and reached_date is not null", 'reached_date'),
            ('crm_use_cases', "milestone_type = 'use_case_live' and reached_date is not null", 'reached_date'),
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
                'support_ticket_csat', 'csat_score is not null and coalesce(csat_at, resolved_at) is not null',
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
    }) }}
{%- endmacro %}
