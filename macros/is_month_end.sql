{% macro is_month_end(date) -%}
    {#- Whether a date is the last one of its month that history has a row for. -#}
    extract(month from {{ date }})
    <> extract(month from {{ add_days(date, 7 if var('history_grain') == 'week' else 1) }})
{%- endmacro %}
