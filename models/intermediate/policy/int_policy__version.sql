{#- A fingerprint of every policy seed: two rows of history with one policy_version were scored
    under the same policy, to the letter. Vocabularies are no policy: they say how words are
    read. Nor is it of weight for a score when a source counts as stale (source_checks). -#}
{% set seeds = [
    ('bands', ['band_set', 'band', 'lower_bound', 'upper_bound', 'is_flagged']),
    ('dimensions', ['dimension', 'weight_group']),
    ('exchange_rates', ['currency', 'rate']),
    ('lifecycle_stages', ['lifecycle_stage', 'from_day', 'to_day']),
    ('metric_curves', ['metric', 'segment', 'lifecycle_stage', 'at_value', 'score']),
    ('metrics', ['metric', 'dimension', 'feed', 'shape', 'weight', 'when_absent', 'warm_up_days']),
    ('scorecard_weights', ['scorecard', 'dimension', 'weight']),
    ('scorecards', [
        'scorecard', 'role', 'method', 'starts_from', 'band_set', 'missing_dimensions', 'weights_version'
    ]),
    ('sentinel_dates', ['first_date', 'last_date']),
    ('segments', ['segment', 'min_employees', 'max_employees']),
    ('signal_types', ['signal_type', 'budget_effect']),
    ('thresholds', ['threshold', 'value']),
] %}

with policy_rows as (
    {% for seed, columns in seeds %}
        select
            '{{ seed }}'
            {% for column in columns %}
                || '|' || coalesce(cast({{ column }} as varchar), '')
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
