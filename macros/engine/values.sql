{% macro is_finite(number) -%}
    {#- Condition: a floating-point number is neither NaN, of either sign, nor infinity. -#}
    {%- if target.type == 'duckdb' -%}
    isfinite({{ number }})
    {%- else -%}
    not isnan({{ number }}) and abs({{ number }}) < 1e308
    {%- endif -%}
{%- endmacro %}

{% macro clean_id(expression) -%}
    {#- One spelling of an id: no white space or byte-order mark, no decimals of a whole number (1001.0), and no
        case unless var id_case says so. Nested replace is several times faster than translate on DuckDB. -#}
    {%- set spelled = namespace(text=expression) -%}
    {%- for character in [' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff'] -%}
        {%- set spelled.text = 'replace(' ~ spelled.text ~ ", '" ~ character ~ "', '')" -%}
    {%- endfor -%}
    {%- set cased = 'lower' if var('id_case') == 'lower' else '' -%}
    {#- nearly every id is plain, which is cheap to see by functions that DuckDB runs once for each value of a
        dictionary: not regular expressions -#}
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

{% macro json_text(json, name) -%}
    {#- A value of an object of JSON text, as text; null if it is not there. name: expression of its name. -#}
    {{ 'json_extract_string' if target.type == 'duckdb' else 'get_json_object' -}}
    ({{ json }}, '$.' || {{ name }})
{%- endmacro %}

{% macro struct_of(parts) -%}
    {#- One value of several, each read as <value>.<name>. parts: columns, or {name: expression}. -#}
    {{ 'struct_pack' if target.type == 'duckdb' else 'named_struct' -}}
    (
    {%- for name in parts -%}
    {%- set value = parts[name] if parts is mapping else name -%}
    {{ adapter.quote(name) ~ ' := ' ~ value if target.type == 'duckdb' else "'" ~ name ~ "', " ~ value }}
    {{- ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
