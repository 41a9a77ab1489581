{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Schemas carry the layer's own name (staging, intermediate, marts, policy), so that readers need not
        know the target; any target but prod puts its own schema in front. -#}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ target.schema ~ '_' if target.name != 'prod' }}{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
