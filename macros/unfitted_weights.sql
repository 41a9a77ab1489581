{% macro unfitted_weights() %}
    {#- The methods that fit nothing, each with the SQL of a dimension's weight; `weight` is the
        scorecard's own or that of the one it starts from. All are in customer_health/methods.py. -#}
    {%- do return({
        'expert': 'weight',
        'equal': 'case when weight > 0 then 100.0 / count(nullif(weight, 0)) over'
            ~ ' (partition by scorecard) else weight end',
    }) -%}
{% endmacro %}
