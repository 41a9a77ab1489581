{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas carry the layer's own name (staging, intermediate, marts, policy), so that readers need not
        know the target; any target but prod puts its own schema in front. -#}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif target.name == 'prod' -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
