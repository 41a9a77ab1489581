{#- A fingerprint of every seed that a figure rests on, without free text and the limits of
    thresholds: rows with one policy_version were written under the same policy, to the letter. -#}
{% set seeds = [
    ('account_matches', ['source_name', 'raw_account_id', 'account_id']),
    ('bands', [
        'band_set', 'rule', 'applies_to', 'band', 'lower_bound', 'upper_bound', 'is_flagged',
        'least_risk_multiple'
    ]),
    ('custom_fields', ['field', 'raw_column', 'type']),
    ('dimensions', ['dimension', 'weight_group', 'is_strategic']),
    ('exchange_rates', ['currency', 'rate']),
    ('holdouts', ['trigger', 'from_date', 'holdout_share']),
    ('lifecycle_stages', ['lifecycle_stage', 'from_day', 'to_day']),
    ('metric_curves', ['metric', 'segment', 'lifecycle_stage', 'at_value', 'score']),
    ('metrics', [
        'metric', 'dimension', 'feed', 'direction', 'shape', 'weight', 'when_absent', 'warm_up_days',
        'indicator', 'is_vanity_suspect', 'said_by'
    ]),
    ('minor_units', ['currency', 'units']),
    ('overlay_words', ['aspect', 'word', 'verdict']),
    ('percentile_bands', ['from_share', 'to_share', 'from_score', 'to_score']),
    ('playbooks', ['playbook', 'due_days', 'cost']),
    ('scorecard_weights', ['scorecard', 'dimension', 'weight']),
    ('scorecards', [
        'scorecard', 'role', 'method', 'starts_from', 'band_set', 'band_limits',
        'missing_dimensions', 'weights_by'
    ]),
    ('scoring_rules', ['scorecard', 'metric', 'comparison', 'value', 'result', 'score']),
    ('sentinel_dates', ['first_date', 'last_date']),
    ('segmentations', ['segmentation', 'field', 'is_primary']),
    ('segments', ['segmentation', 'segment', 'min_value', 'max_value', 'words']),
    ('signal_types', ['signal_type', 'budget_effect']),
    ('source_checks', [
        'source_name', 'table_name', 'warn_after_days', 'fail_after_days', 'volume_window_days',
        'usual_windows', 'usual_minimum_rows', 'warn_below_share', 'fail_below_share'
    ]),
    ('thresholds', ['threshold', 'value']),
    ('tiers', ['tier', 'lower_bound', 'upper_bound', 'time_share', 'cadence']),
    ('triggers', ['trigger', 'playbook', 'cooldown_days', 'is_instant', 'is_alert']),
    ('trigger_conditions', ['trigger', 'fact', 'comparison', 'value']),
    ('validation_targets', ['figure', 'target', 'excellent_target']),
    ('vendor_columns', ['vendor', 'vendor_table', 'column_name', 'raw_column']),
    ('vocabularies', ['vocabulary', 'raw_value', 'value']),
] %}
{#- Columns that came later: an empty cell leaves the fingerprint as it was before. -#}
{% set bar, if_empty = "'|'", {'weights_by': "''"} %}

with policy_rows as (
    {% for seed, columns in seeds %}
        select
            '{{ seed }}'
            {% for column in columns %}
                || coalesce('|' || cast({{ column }} as varchar), {{ if_empty.get(column, bar) }})
            {% endfor %} as policy_row
        from {{ ref(seed) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        {{ dbt.hash(dbt.listagg('policy_row', "'\\n'", 'order by policy_row')) }} as policy_version
    from policy_rows
)

select * from final
