{% macro risk_terms() -%}
    {#- The terms of the model of churn, as in python/customer_health/risk: the intercept first. -#}
    {{ return([
        'intercept', 'health', 'momentum', 'ends', 'nearness', 'rolls_on', 'term_length', 'no_contract_known',
        'tenure',
    ]) }}
{%- endmacro %}
