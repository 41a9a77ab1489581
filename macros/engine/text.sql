{% macro is_plain_text(expression) -%}
    {#- Whether a text is ASCII without blanks, not empty, and no number with decimals that are zero. -#}
    {{ return(adapter.dispatch('is_plain_text', 'customer_health')(expression)) }}
{%- endmacro %}

{% macro default__is_plain_text(expression) -%}
    {{ expression }} rlike '^[!-~]+$' and not contains({{ expression }}, '.0')
{%- endmacro %}

{% macro duckdb__is_plain_text(expression) -%}
    {#- simple functions, which DuckDB runs once for each value of a dictionary; regular expressions it
        does not -#}
    strlen({{ expression }}) = length({{ expression }}) and {{ expression }} <> ''
    {%- for part in [' ', '\t', '\r', '\n', '.0'] %} and not contains({{ expression }}, '{{ part }}'){% endfor %}
{%- endmacro %}

{% macro without_zero_decimals(expression) -%}
    {#- A text that is a whole number written with decimals (1001.0, 1001.00) without them. -#}
    {{ return(adapter.dispatch('without_zero_decimals', 'customer_health')(expression)) }}
{%- endmacro %}

{% macro default__without_zero_decimals(expression) -%}
    regexp_replace({{ expression }}, '^(-?[0-9]+)[.]0+$', '$1')
{%- endmacro %}

{% macro duckdb__without_zero_decimals(expression) -%}
    regexp_replace({{ expression }}, '^(-?[0-9]+)[.]0+$', '\1')
{%- endmacro %}

{% macro text_rows(expression, separator) -%}
    {#- Expression for a select list: one row per part of a text. -#}
    {{ return(adapter.dispatch('text_rows', 'customer_health')(expression, separator)) }}
{%- endmacro %}

{% macro default__text_rows(expression, separator) -%}
    explode(split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro duckdb__text_rows(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro short_hash(expression) -%}
    {#- A number of 64 bits that equal texts share, and different ones hardly ever. -#}
    {{ return(adapter.dispatch('short_hash', 'customer_health')(expression)) }}
{%- endmacro %}

{% macro default__short_hash(expression) -%}
    xxhash64({{ expression }})
{%- endmacro %}

{% macro duckdb__short_hash(expression) -%}
    hash({{ expression }})
{%- endmacro %}
