-- Scores, the weights they rest on and what is said of them.
{{ repeated_keys([
    (
        'int_bands__fits',
        'scorecard, valid_from, segment?, lifecycle_stage?, is_in_renewal_window?, band?',
        ''
    ),
    (
        'int_bands__in_force',
        'scorecard, valid_from, segment, lifecycle_stage, is_in_renewal_window, lower_bound',
        ''
    ),
    ('int_bands__observations', 'valid_from, scorecard, account_id, as_of_date', ''),
    ('int_evidence__comparisons', 'variant, review_date', ''),
    ('int_evidence__drift', 'scorecard, review_date, drift_check, as_of_date', ''),
    ('int_evidence__figures', 'scorecard, segment, as_of_date, horizon_days, figure', ''),
    ('int_evidence__labels', 'scorecard, review_date', ''),
    ('int_evidence__metric_outcomes', 'account_id, as_of_date, metric', 'as_of_date'),
    ('int_evidence__metric_verdicts', 'metric, review_date', ''),
    ('int_evidence__observed_scores', 'scorecard, account_id, as_of_date', 'as_of_date'),
    ('int_evidence__range_counts', 'scorecard, score, review_date, range_low', ''),
    ('int_evidence__retention', 'scorecard, score, review_date, range_low', ''),
    ('int_evidence__reviews_due', 'review_date', ''),
    (
        'int_evidence__scored_outcomes',
        'scorecard, account_id, as_of_date, horizon_days',
        'matured_date'
    ),
    ('int_monitoring__freshness', 'source_name, table_name', ''),
    ('int_monitoring__missing_rows', 'table_name', ''),
    ('int_monitoring__reconciliation', 'source_name, table_name', ''),
    ('int_outcomes__labels', 'account_id, as_of_date, horizon_days', ''),
    ('int_outcomes__observations', 'account_id, as_of_date', 'as_of_date'),
    ('int_outcomes__term_ends', 'account_id, ended_date', ''),
    ('int_risk__circumstances', 'account_id, as_of_date', 'as_of_date'),
    ('int_risk__fits', 'valid_from, segment, term', ''),
    ('int_risk__in_force', 'valid_from, segment', ''),
    ('int_risk__observations', 'valid_from, account_id, as_of_date', ''),
    ('int_scoring__explained_metrics', 'account_id, as_of_date, metric', 'as_of_date'),
    ('int_scoring__health_scores', 'scorecard, account_id, as_of_date', 'as_of_date'),
    ('int_scoring__peers', 'as_of_date, segment, lifecycle_stage', ''),
    ('int_weights__fits', 'scorecard, segment, valid_from, dimension', ''),
    ('int_weights__fits_due', 'valid_from', ''),
    ('int_weights__in_force', 'scorecard, segment, valid_from', ''),
    ('int_weights__observations', 'account_id, as_of_date', ''),
    ('int_weights__restated_scores', 'valid_from, scorecard, account_id, as_of_date', ''),
    ('int_weights__starts', 'scorecard, version_number, dimension', ''),
    ('int_weights__versions', 'scorecard, segment, valid_from, dimension', ''),
]) }}
