-- The words that readers filter by. Words of the policy: every_policy_word_is_in_the_policy.
{% set words = {
    'after_180d': ['lost', 'green', 'not flagged', 'flagged', 'not scored'],
    'band_rule': ['renewal', 'stage', 'segment', 'default', 'fitted'],
    'basis': ['expert', 'equal', 'fitted', 'fitted, pooled with universal', 'universal'],
    'cadence': ['daily', 'weekly', 'biweekly', 'monthly', 'quarterly'],
    'churn_reason': ['unpaid invoice', 'cancelled during the term', 'not renewed'],
    'comparison': ['held out', 'matched'],
    'component_type': ['metric', 'imputed dimension', 'method', 'rounding'],
    'confidence': ['high', 'medium', 'low'],
    'customer_status': ['customer', 'churned', 'merged', 'not started', 'no contract'],
    'decision': ['better', 'worse', 'no difference', 'not decided yet'],
    'decided_by': ['score', 'overlay', 'override'],
    'direction': ['up', 'down'],
    'divergence': ['people see worse', 'people see better'],
    'drift_check': ['accuracy falling', 'auc falling', 'calibration', 'distribution shift'],
    'effect': ['lowers', 'raises'],
    'effect_on': [
        'score after 30 days', 'score after 90 days', 'lost within 90 days', 'lost within 180 days'
    ],
    'error_type': ['false positive', 'false negative'],
    'feedback_reason': [
        'customer_told_us', 'champion_changed', 'usage_explained', 'contract_known', 'support_case',
        'data_wrong', 'other'
    ],
    'include_verdict': ['include', 'consider', 'skip', 'keep'],
    'inverted_alarm': ['alarm', 'watch', 'none'],
    'level': ['alarm', 'watch', 'none'],
    'matched_by': ['by hand', 'id', 'domain', 'domain of contacts', 'contested domain of contacts'],
    'metric_status': ['known', 'unknown', 'not applicable'],
    'momentum': ['improving', 'stable', 'declining', 'too new', 'insufficient data'],
    'momentum_arrow': ['↑', '→', '↓'],
    'outcome': ['renewed', 'churned', 'contracted', 'expanded'],
    'peer_group': ['segment and stage', 'portfolio'],
    'quarantine_reason': [
        'undecodable text', 'unparsable value', 'missing value', 'negative value', 'out of range',
        'personal or free text', 'date in the future', 'dates out of order', 'unknown account',
        'unknown value', 'duplicate key'
    ],
    'refused': ['row', 'cell'],
    'response': ['held out', 'open', 'touched', 'play started', 'done', 'resolved', 'missed'],
    'said_by': ['data', 'people'],
    'score_feedback': ['right', 'too_high', 'too_low'],
    'score_label': ['heuristic', 'predictive'],
    'role': ['champion', 'executive_sponsor'],
    'scorecard_role': ['production', 'challenger', 'shadow'],
    'situation': ['very high risk', 're-onboard'],
    'status': ['known', 'unknown', 'not applicable'],
    'strength_verdict': ['strong', 'moderate', 'weak'],
    'ticket_status': ['open', 're-opened', 'resolved'],
    'timing': ['leading', 'lagging', 'flat'],
    'excellent_verdict': ['met', 'not met', 'underpowered'],
    'unmatched_reason': [
        'domain of several accounts', 'free mail', 'unknown domain', 'unknown id', 'no id or domain'
    ],
    'verdict': [
        'met', 'not met', 'underpowered', 'predictive', 'inverted', 'vanity', 'not decided yet',
        'no evidence yet', 'people better', 'score better', 'too few', 'helps', 'hurts',
        'not shown', 'not shown: not given by chance'
    ],
    'weights_verdict': ['better', 'no better shown', 'worse'],
} %}

{% set known = {} %}
{% for column, accepted in words.items() %}
    {% do known.update({column: "'" ~ accepted | join("', '") ~ "'"}) %}
{% endfor %}

{{ unknown_words(known, [
    (
        'account_health',
        'customer_status, score_label, momentum, momentum_arrow, confidence, band_rule, cadence,'
        ~ ' situation',
        ''
    ),
    ('account_drivers', 'said_by, effect, peer_group', ''),
    ('dim_accounts', 'customer_status', ''),
    ('fct_account_matches', 'matched_by', ''),
    ('fct_account_roles', 'role', ''),
    ('fct_dimension_weights', 'scorecard_role, basis, include_verdict, strength_verdict', ''),
    (
        'fct_health_scores',
        'scorecard_role, score_label, confidence, momentum, momentum_arrow, band_rule',
        'as_of_date'
    ),
    ('fct_effective_bands', 'decided_by', ''),
    ('fct_flag_episodes', 'after_180d', ''),
    ('fct_metric_verdicts', 'timing, verdict', ''),
    ('fct_misjudged_accounts', 'error_type', ''),
    ('fct_override_outcomes', 'direction, verdict', ''),
    ('fct_play_effects', 'comparison, effect_on, verdict', ''),
    ('fct_quarantined_rows', 'refused', ''),
    ('fct_renewals', 'outcome, churn_reason', ''),
    ('fct_score_contributions', 'component_type, status', 'as_of_date'),
    ('fct_score_divergences', 'divergence', ''),
    ('fct_score_drift', 'drift_check, level', ''),
    ('fct_score_feedback', 'score_feedback, feedback_reason', ''),
    ('fct_score_labels', 'score_label, inverted_alarm, weights_verdict', ''),
    ('fct_scorecard_comparisons', 'decision', ''),
    ('fct_tickets', 'ticket_status', ''),
    ('fct_trigger_responses', 'response', ''),
    ('fct_unmatched_accounts', 'unmatched_reason', ''),
    ('fct_validation_figures', 'verdict, excellent_verdict', ''),
    ('int_scoring__explained_metrics', 'metric_status', 'as_of_date'),
]) }}

union all

-- why a vendor's row is none of the contract's its model says, in words of its own
select distinct
    'fct_quarantined_rows' as model_name,
    'quarantine_reason' as column_name,
    quarantine_reason as word
from {{ ref('fct_quarantined_rows') }}
where quarantine_column <> 'left_out' and quarantine_reason not in ({{ known.quarantine_reason }})
