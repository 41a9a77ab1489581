-- What happened, and what it is read with: facts, contracts, feeds, policy. A fact told twice is
-- named, and stops no build unless it repeats an account's day (grains_of_metrics).
{{ config(severity='warn') }}

{{ repeated_keys([
    ('int_contracts__billed_terms', 'account_id, subscription_id, known_date', ''),
    ('int_contracts__crm_terms', 'account_id, subscription_id, known_date', ''),
    ('int_contracts__delivered_terms', 'account_id, subscription_id, known_date', ''),
    (
        'int_contracts__parts',
        'account_id, plan?, start_date, known_date, end_date?, cancelled_date?, gives_way,'
        ~ ' missing_date?, foreign_currency?',
        ''
    ),
    ('int_contracts__spans', 'account_id, from_date', ''),
    ('int_contracts__successions', 'account_id, seen_from_date, term_number', ''),
    ('int_contracts__terms', 'account_id, subscription_id, known_date', ''),
    ('int_facts__account_attributes', 'account_id, from_date', ''),
    ('int_facts__activities', 'activity_id', ''),
    ('int_facts__contact_roles', 'contact_id, role, known_date', ''),
    ('int_facts__judgements', 'kind, account_id, from_date', ''),
    ('int_facts__play_runs', 'playbook_run_id', ''),
    ('int_facts__snoozes', 'account_id', ''),
    ('int_facts__score_feedback', 'assessment_id', ''),
    ('int_facts__touches', 'activity_id', ''),
    ('int_facts__usage_overlaps', 'account_id, activity_date, from_date', ''),
    ('int_facts__user_days', 'account_id, user_id, activity_date, known_date', 'known_date'),
    ('int_feeds__connected', 'feed', ''),
    ('int_feeds__metrics', 'metric', ''),
    (
        'int_policy__bands',
        'band_set, segment, lifecycle_stage, is_in_renewal_window, lower_bound',
        ''
    ),
    ('int_policy__metric_curves', 'metric, segment, lifecycle_stage, knot', ''),
    ('int_policy__places', 'segment, lifecycle_stage', ''),
    ('int_spine__segment_spans', 'segmentation, account_id, from_date', ''),
    ('int_policy__sentences', 'metric', ''),
    ('int_policy__thresholds', '', ''),
    ('int_policy__verdicts', 'band', ''),
    ('int_policy__version', '', ''),
]) }}
