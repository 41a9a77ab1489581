{% macro json_object(columns) -%}
    {#- JSON text of an object. columns: {name: expression}. -#}
    {{ return(adapter.dispatch('json_object', 'customer_health')(columns)) }}
{%- endmacro %}

{% macro default__json_object(columns) -%}
    to_json(named_struct(
        {%- for name, expression in columns.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{% macro duckdb__json_object(columns) -%}
    cast(json_object(
        {%- for name, expression in columns.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as varchar)
{%- endmacro %}
