{% macro add_days(date, days) -%}
    {#- A date some days later (or earlier, for negative days), as a date. dbt.dateadd gives a
        timestamp on several engines, which would then have to be cast at every use. -#}
    {{ return(adapter.dispatch('add_days', 'customer_health')(date, days)) }}
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}

{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro days_between(first_date, second_date) -%}
    {#- Days from the first date to the second (integer). -#}
    {{ return(adapter.dispatch('days_between', 'customer_health')(first_date, second_date)) }}
{%- endmacro %}

{% macro default__days_between(first_date, second_date) -%}
    {{ dbt.datediff(first_date, second_date, 'day') }}
{%- endmacro %}

{% macro duckdb__days_between(first_date, second_date) -%}
    cast({{ second_date }} - {{ first_date }} as integer)
{%- endmacro %}

{% macro hours_between(first_time, second_time) -%}
    {#- Hours from the first timestamp to the second (fraction, from whole seconds). -#}
    ({{ dbt.datediff(first_time, second_time, 'second') }} / 3600.0)
{%- endmacro %}

{% macro day_number(date) -%}
    {#- Days since Monday 2001-01-01 (integer): windows over days count in it on every engine. -#}
    {{ days_between("cast('2001-01-01' as date)", date) }}
{%- endmacro %}

{% macro date_rows(first_date, last_date) -%}
    {#- Expression for a select list: one row per date from the first to the last, both included. -#}
    {{ return(adapter.dispatch('date_rows', 'customer_health')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__date_rows(first_date, last_date) -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
{%- endmacro %}

{% macro duckdb__date_rows(first_date, last_date) -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
{%- endmacro %}

{% macro week_end(day) -%}
    {#- The Sunday that ends the week of a day: day number 6 is a Sunday. -#}
    {{ add_days(day, '6 - mod(' ~ day_number(day) ~ ', 7)') }}
{%- endmacro %}

{% macro time_of_seconds(seconds) -%}
    {#- The timestamp that lies some seconds (a number with decimals) after 1970. -#}
    {{ return(adapter.dispatch('time_of_seconds', 'customer_health')(seconds)) }}
{%- endmacro %}

{% macro default__time_of_seconds(seconds) -%}
    timestamp_micros(cast(round(({{ seconds }}) * 1e6) as bigint))
{%- endmacro %}

{% macro duckdb__time_of_seconds(seconds) -%}
    make_timestamp(cast(round(({{ seconds }}) * 1e6) as bigint))
{%- endmacro %}
