{% macro is_finite(number) -%}
    {%- if target.type == 'duckdb' -%}
    isfinite({{ number }})
    {%- else -%}
    not isnan({{ number }}) and abs({{ number }}) < 1e308
    {%- endif -%}
{%- endmacro %}

{% macro clean_id(expression) -%}
    {%- set spelled = namespace(text=expression) -%}
    {%- for character in ["' '", 'chr(9)', 'chr(13)', 'chr(10)', "'\u00a0'", "'\u200b'", "'\ufeff'"] -%}
        {%- set spelled.text = 'replace(' ~ spelled.text ~ ', ' ~ character ~ ", '')" -%}
    {%- endfor -%}
    {%- set cased = 'lower' if var('id_case') == 'lower' else '' -%}
    {#- nearly every id is plain, which is cheap to see by functions that DuckDB runs once for each value of a
        dictionary: not regular expressions -#}
    case when
        {%- if target.type == 'duckdb' %} strlen({{ expression }}) = length({{ expression }}) and {{ expression }} <> ''
            {%- for part in ["' '", 'chr(9)', 'chr(13)', 'chr(10)', "'.0'"] %} and not contains({{ expression }}, {{ part }})
            {%- endfor %}
        {%- else %} {{ expression }} rlike '^[!-~]+$' and not contains({{ expression }}, '.0')
        {%- endif %} then {{ cased }}({{ expression }})
        else {{ cased }}({{ without_zero_decimals("nullif(" ~ spelled.text ~ ", '')") }}) end
{%- endmacro %}

{% macro without_zero_decimals(expression) -%}
    regexp_replace({{ expression }}, '^(-?[0-9]+)[.]0+$', '{{ "\\" if target.type == "duckdb" else "$" }}1')
{%- endmacro %}

{% macro text_rows(expression, separator) -%}
    {{ 'unnest(string_split' if target.type == 'duckdb' else 'explode(split' -}}
    ({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro short_hash(expression) -%}
    {{ 'hash' if target.type == 'duckdb' else 'xxhash64' }}({{ expression }})
{%- endmacro %}

{% macro json_text(json, name) -%}
    {{ 'json_extract_string(try_cast(' ~ json ~ ' as json)' if target.type == 'duckdb'
        else 'get_json_object(' ~ json }}, '$.' || {{ name }})
{%- endmacro %}

{% macro struct_of(parts) -%}
    {{ 'struct_pack' if target.type == 'duckdb' else 'named_struct' -}}
    (
    {%- for name in parts -%}
    {%- set value = parts[name] if parts is mapping else name -%}
    {{ adapter.quote(name) ~ ' := ' ~ value if target.type == 'duckdb' else "'" ~ name ~ "', " ~ value }}
    {{- ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
