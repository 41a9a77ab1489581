{% macro is_plain_text(expression) -%}
    {#- Whether a text is ASCII without blanks, and not empty. -#}
    {{ return(adapter.dispatch('is_plain_text', 'customer_health')(expression)) }}
{%- endmacro %}

{% macro default__is_plain_text(expression) -%}
    {{ expression }} rlike '^[!-~]+$'
{%- endmacro %}

{% macro duckdb__is_plain_text(expression) -%}
    {#- simple functions, which DuckDB runs once for each value of a dictionary; regular expressions it
        does not -#}
    strlen({{ expression }}) = length({{ expression }}) and {{ expression }} <> ''
    {%- for blank in [' ', '\t', '\r', '\n'] %} and not contains({{ expression }}, '{{ blank }}'){% endfor %}
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
