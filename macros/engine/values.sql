{% macro cast_or_null(expression, type) -%}
    {#- A value as another type, null where it cannot be read as that. dbt.safe_cast is a plain cast on
        some adapters, dbt-duckdb among them, and would stop the build at the first bad row. -#}
    {%- if target.type == 'duckdb' -%}
    try_cast({{ expression }} as {{ type }})
    {%- else -%}
    {{ dbt.safe_cast(expression, type) }}
    {%- endif -%}
{%- endmacro %}

{% macro is_finite(number) -%}
    {#- Condition: a floating-point number is neither NaN, of either sign, nor infinity. -#}
    {%- if target.type == 'duckdb' -%}
    isfinite({{ number }})
    {%- else -%}
    not isnan({{ number }}) and abs({{ number }}) < 1e308
    {%- endif -%}
{%- endmacro %}

{% macro is_plain_text(expression) -%}
    {#- Whether a text is ASCII without blanks, not empty, and no number with decimals that are zero. -#}
    {%- if target.type == 'duckdb' -%}
    {#- simple functions, which DuckDB runs once for each value of a dictionary; regular expressions it
        does not -#}
    strlen({{ expression }}) = length({{ expression }}) and {{ expression }} <> ''
    {%- for part in [' ', '\t', '\r', '\n', '.0'] %} and not contains({{ expression }}, '{{ part }}'){% endfor %}
    {%- else -%}
    {{ expression }} rlike '^[!-~]+$' and not contains({{ expression }}, '.0')
    {%- endif -%}
{%- endmacro %}

{% macro without_zero_decimals(expression) -%}
    {#- A text that is a whole number written with decimals (1001.0, 1001.00) without them. -#}
    regexp_replace({{ expression }}, '^(-?[0-9]+)[.]0+$', '{{ "\\" if target.type == "duckdb" else "$" }}1')
{%- endmacro %}

{% macro text_rows(expression, separator) -%}
    {#- Expression for a select list: one row per part of a text. -#}
    {{ 'unnest(string_split' if target.type == 'duckdb' else 'explode(split' -}}
    ({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro short_hash(expression) -%}
    {#- A number of 64 bits that equal texts share, and different ones hardly ever. -#}
    {{ 'hash' if target.type == 'duckdb' else 'xxhash64' }}({{ expression }})
{%- endmacro %}

{% macro struct_of(columns) -%}
    {#- Several columns as one value, whose parts are read as <value>.<column>. -#}
    {%- if target.type == 'duckdb' -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
    struct({{ columns | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{% macro json_object(columns) -%}
    {#- JSON text of an object. columns: {name: expression}. -#}
    {%- set pairs = [] -%}
    {%- for name, expression in columns.items() -%}
        {%- do pairs.append("'" ~ name ~ "', " ~ expression) -%}
    {%- endfor -%}
    {%- set pairs = pairs | join(',\n        ') -%}
    {%- if target.type == 'duckdb' -%}
    cast(json_object(
        {{ pairs }}
    ) as varchar)
    {%- else -%}
    to_json(named_struct(
        {{ pairs }}
    ))
    {%- endif -%}
{%- endmacro %}
