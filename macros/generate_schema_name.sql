{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ target.schema ~ '_' if target.name != 'prod' }}{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
