{% macro struct_of(columns) -%}
    {#- Several columns as one value, whose parts are read as <value>.<column>. -#}
    {%- if target.type == 'duckdb' -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
    struct({{ columns | join(', ') }})
    {%- endif -%}
{%- endmacro %}
