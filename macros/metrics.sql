{% macro dimensions() -%}
    {#- The dimensions in the order in which they are shown. -#}
    {{ return(['usage', 'engagement', 'sentiment', 'relationship', 'support', 'value', 'financial']) }}
{%- endmacro %}

{% macro metrics_of(dimension) -%}
    {#- The metrics of a dimension by seeds/policy/metrics.csv; none while dbt parses. A build first checks
        that they are the columns that the YAML of the dimension's model describes. -#}
    {{ return(
        policy_rows('metrics') | selectattr('dimension', 'eq', dimension) | map(attribute='metric') | list
    ) }}
{%- endmacro %}
