{% macro cast_or_null(expression, type) -%}
    {#- A value as another type, null where it cannot be read as that. dbt.safe_cast is a plain cast on
        some adapters, dbt-duckdb among them, and would stop the build at the first bad row. -#}
    {{ return(adapter.dispatch('cast_or_null', 'customer_health')(expression, type)) }}
{%- endmacro %}

{% macro default__cast_or_null(expression, type) -%}
    {{ dbt.safe_cast(expression, type) }}
{%- endmacro %}

{% macro duckdb__cast_or_null(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{% macro is_finite(number) -%}
    {#- Condition: a floating-point number is neither NaN, of either sign, nor infinity. -#}
    {{ return(adapter.dispatch('is_finite', 'customer_health')(number)) }}
{%- endmacro %}

{% macro default__is_finite(number) -%}
    not isnan({{ number }}) and abs({{ number }}) < 1e308
{%- endmacro %}

{% macro duckdb__is_finite(number) -%}
    isfinite({{ number }})
{%- endmacro %}
