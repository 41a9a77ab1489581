{#- Named in code, numbers in seeds: each threshold that a model reads is a column here. -#}
{% set thresholds = [
    'minimum_coverage_share',
    'high_confidence_coverage_share',
    'minimum_dimension_connected_share',
    'minimum_peer_accounts',
    'momentum_stable_points',
    'momentum_tie_break',
    'drop_alert_points',
    'rapid_decline_points',
    'renewal_window_days',
    'renewal_grace_days',
    'missing_row_days',
    'contract_overlap_days',
    'contract_overlap_share',
    'successor_arr_share',
    'nps_expiry_days',
    'assessment_expiry_days',
    'champion_active_days',
    'payment_past_due_days',
    'first_value_days',
    'onboarding_days',
    'integration_days',
    'active_users_goal',
    'renewal_change_share',
    'churned_arr_share',
    'involuntary_counts_as_churn',
    'fit_horizon_days',
    'refit_months',
    'refit_step_points',
    'minimum_outcomes',
    'minimum_churned',
    'hybrid_portfolio_accounts',
    'segment_portfolio_accounts',
    'segment_accounts',
    'pooling_accounts',
    'ridge_penalty',
    'bootstrap_samples',
    'confidence_share',
    'fit_row_cap',
    'beats_probability',
    'warning_days',
    'review_days',
    'falling_months',
    'drift_reference_months',
    'false_discovery_share',
    'vanity_correlation',
    'suspicious_auc',
    'include_above_correlation',
    'skip_below_correlation',
    'strong_above_correlation',
    'weak_below_correlation',
    'feature_retired_days',
    'feature_proof_days',
] %}

with thresholds as (
    select * from {{ ref('thresholds') }}
),

final as (
    select
        {% for threshold in thresholds %}
            max(case when threshold = '{{ threshold }}' then value end)
                as {{ threshold }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from thresholds
)

select * from final
