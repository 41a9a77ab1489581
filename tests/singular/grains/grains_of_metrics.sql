-- A row per account and day that this build computed.
{% set models = [
    ('int_spine__account_days', 'account_id, as_of_date', 'as_of_date'),
    ('int_metrics__dimension_days', 'account_id, as_of_date', 'as_of_date'),
    ('int_usage__features', 'feature_id', ''),
    ('int_usage__features_in_use', 'feature_id, from_date', ''),
    ('int_usage__weeks', 'account_id, measured_date', ''),
    ('int_value__measures', 'account_id, as_of_date', ''),
] %}
{% for dimension in dimensions() %}
    {% for kind in ['metrics', 'scores'] %}
        {% do models.append(
            ('int_' ~ dimension ~ '__' ~ kind, 'account_id, as_of_date', 'as_of_date')
        ) %}
    {% endfor %}
{% endfor %}

{{ repeated_keys(models) }}
