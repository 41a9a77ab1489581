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

{% macro clean_id(expression) -%}
    {#- One spelling of an id, of its text: no white space, no-break, zero-width space or byte-order mark, no decimals
        of a whole number (1001.0), and no case unless var id_case says so. -#}
    {#- nested replace: several times faster than translate on DuckDB -#}
    {%- set spelled = namespace(text=expression) -%}
    {%- for character in [' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff'] -%}
        {%- set spelled.text = 'replace(' ~ spelled.text ~ ", '" ~ character ~ "', '')" -%}
    {%- endfor -%}
    {%- set cased = 'lower' if var('id_case') == 'lower' else '' -%}
    {#- nearly every id is plain, and to see that costs half of cleaning it; by functions that DuckDB runs once
        for each value of a dictionary, which it does not with regular expressions -#}
    case
        when
        {%- if target.type == 'duckdb' %}
            strlen({{ expression }}) = length({{ expression }}) and {{ expression }} <> ''
            {%- for part in [' ', '\t', '\r', '\n', '.0'] %} and not contains({{ expression }}, '{{ part }}'){% endfor %}
        {%- else %}
            {{ expression }} rlike '^[!-~]+$' and not contains({{ expression }}, '.0')
        {%- endif %}
            then {{ cased }}({{ expression }})
        else {{ cased }}({{ without_zero_decimals("nullif(" ~ spelled.text ~ ", '')") }})
    end
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

{% macro json_text(json, name) -%}
    {#- A value of an object of JSON text, as text; null if it is not there. name: expression of its name. -#}
    {{ 'json_extract_string' if target.type == 'duckdb' else 'get_json_object' -}}
    ({{ json }}, '$.' || {{ name }})
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
