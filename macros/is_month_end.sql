{% macro is_month_end(date) -%}
    extract(month from {{ date }})
    <> extract(month from {{ add_days(date, 7 if var('history_grain') == 'week' else 1) }})
{%- endmacro %}
