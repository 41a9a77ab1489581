{% macro metrics_by_dimension() -%}
    {#- The metrics the models compute: {dimension: [metric, ...]}. The one place that names them;
        anchors, weights and null rules come from seeds/policy/metrics.csv, which must name the same. -#}
    {{ return({
        'usage': [
            'active_users_7d', 'active_users_28d', 'active_seat_share_28d',
            'stickiness_dau_mau_28d', 'stickiness_wau_mau', 'logins_per_user_week_28d',
            'core_feature_share_28d', 'feature_share_28d', 'key_feature_depth_28d',
            'days_since_last_activity', 'usage_trend_28d', 'usage_trend_14d',
            'active_days_share_28d', 'active_weeks_share_12w', 'weekly_usage_variation_12w',
            'feature_diversity_change_28d', 'top_user_share_4w', 'departments_active_28d',
            'events_28d', 'registered_users', 'page_views_28d', 'stored_gb',
        ],
        'engagement': [
            'touchpoints_90d', 'days_since_last_touchpoint', 'is_last_qbr_attended',
            'qbr_attendance_share_12m', 'trainings_attended_180d', 'webinars_attended_180d',
            'email_open_rate_90d', 'email_click_rate_90d', 'email_answer_rate_90d',
            'avg_response_hours_90d', 'community_posts_90d', 'meeting_decline_rate_90d',
            'emails_sent_90d',
        ],
        'sentiment': [
            'nps_latest', 'nps_age_days', 'csat_avg_90d', 'ces_avg_180d', 'pulse_avg_90d',
            'feedback_sentiment_180d', 'csm_rating_latest', 'ticket_sentiment_trend_90d',
        ],
        'relationship': [
            'has_executive_sponsor', 'is_sponsor_engaged_90d', 'is_champion_active',
            'champion_risk', 'contacts_known', 'contact_departments', 'engaged_contacts_90d',
            'relationship_depth_latest',
        ],
        'support': [
            'tickets_per_100_users_90d', 'open_p1_tickets', 'open_p2_tickets',
            'severe_ticket_share_90d', 'avg_resolution_hours_90d',
            'avg_first_response_hours_90d', 'reopen_rate_90d', 'escalations_90d',
            'csat_after_resolution_90d',
        ],
        'value': [
            'goals_achieved_share', 'roi_ratio', 'use_cases_live', 'milestones_reached_share',
            'days_to_first_value', 'is_onboarded_in_time', 'integrations_in_time',
            'has_active_users_goal',
        ],
        'financial': [
            'payment_status_code', 'avg_days_late_12m', 'overdue_invoices',
            'expansion_share_12m', 'contraction_share_12m', 'contract_months', 'commitment_90d',
            'budget_signal_180d',
        ],
    }) }}
{%- endmacro %}

{% macro dimensions() -%}
    {#- The dimensions in the order in which they are shown. -#}
    {{ return(metrics_by_dimension().keys() | list) }}
{%- endmacro %}
