{% macro dimensions() -%}
    {#- The dimensions in the order in which they are shown. -#}
    {{ return(['usage', 'engagement', 'sentiment', 'relationship', 'support', 'value', 'financial']) }}
{%- endmacro %}

{% macro metrics_of(dimension) -%}
    {#- The metrics of a dimension by metrics.csv, which a build checks against the model's YAML; none while parsing. -#}
    {{ return(policy_rows('metrics') | selectattr('dimension', 'eq', dimension) | map(attribute='metric') | list) }}
{%- endmacro %}
