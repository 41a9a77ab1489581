{% macro dimensions() -%}
    {{ return(['usage', 'engagement', 'sentiment', 'relationship', 'support', 'value', 'financial']) }}
{%- endmacro %}

{% macro metrics_of(dimension) -%}
    {{ return(policy_rows('metrics') | selectattr('dimension', 'eq', dimension) | map(attribute='metric') | list) }}
{%- endmacro %}
