{% macro unfitted_weights() %}
    {%- do return({
        'expert': 'weight',
        'equal': 'case when weight > 0 then 100.0 / count(nullif(weight, 0)) over'
            ~ ' (partition by scorecard) else weight end',
        'rules': none,
        'points': none,
        'baseline': none,
        'probability': none,
        'percentile': none,
        'portfolio_percentile': none,
        'hybrid': none,
    }) -%}
{% endmacro %}
