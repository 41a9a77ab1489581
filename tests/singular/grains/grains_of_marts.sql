-- What readers join by.
{{ repeated_keys([
    ('account_drivers', 'account_id, metric', ''),
    ('account_health', 'account_id', ''),
    ('dim_accounts', 'account_id', ''),
    ('fct_band_stability', 'scorecard, band_kind', ''),
    ('fct_churn_risk', 'account_id, as_of_date', 'as_of_date'),
    ('fct_dimension_weights', 'scorecard, segment, valid_from, dimension', ''),
    ('fct_health_scores', 'scorecard, account_id, as_of_date', 'as_of_date'),
    ('fct_lead_times', 'scorecard, account_id, churned_date', ''),
    ('fct_metric_verdicts', 'metric', ''),
    ('fct_misjudged_accounts', 'account_id, as_of_date', ''),
    ('fct_outcomes', 'account_id, as_of_date, horizon_days', ''),
    ('fct_quarantined_rows', 'quarantined_row_id', ''),
    ('fct_renewal_validation', 'account_id, ended_date', ''),
    ('fct_revenue_retention', 'as_of_date, segment, band', ''),
    ('fct_renewals', 'account_id, ended_date', ''),
    ('fct_retention_by_score', 'scorecard, score, review_date, range_low', ''),
    (
        'fct_score_contributions',
        'scorecard, account_id, as_of_date, component_type, component',
        'as_of_date'
    ),
    ('fct_score_drift', 'scorecard, review_date, drift_check, as_of_date', ''),
    ('fct_score_labels', 'scorecard, review_date', ''),
    ('fct_scorecard_comparisons', 'variant, review_date', ''),
    ('fct_validation_figures', 'scorecard, segment, as_of_date, horizon_days, figure', ''),
    ('rpt_lead_times', 'scorecard', ''),
]) }}
