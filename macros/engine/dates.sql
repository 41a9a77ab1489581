{#- What engines write differently. Each macro holds both spellings, DuckDB's and the one that Spark and
    Databricks read; another engine gets a branch of its own here, and no model changes. -#}

{% macro add_days(date, days) -%}
    {#- A date some days later (or earlier, for negative days), as a date. dbt.dateadd gives a
        timestamp on several engines, which would then have to be cast at every use. -#}
    {%- if target.type == 'duckdb' -%}
    ({{ date }} + cast({{ days }} as integer))
    {%- else -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
    {%- endif -%}
{%- endmacro %}

{% macro days_between(first_date, second_date) -%}
    {#- Days from the first date to the second (integer). -#}
    {%- if target.type == 'duckdb' -%}
    cast({{ second_date }} - {{ first_date }} as integer)
    {%- else -%}
    {{ dbt.datediff(first_date, second_date, 'day') }}
    {%- endif -%}
{%- endmacro %}

{% macro hours_between(first_time, second_time) -%}
    {#- Hours from the first timestamp to the second (fraction, from whole seconds). -#}
    ({{ dbt.datediff(first_time, second_time, 'second') }} / 3600.0)
{%- endmacro %}

{% macro day_number(date) -%}
    {#- Days since Monday 2001-01-01 (integer): windows over days count in it on every engine. -#}
    {{ days_between("cast('2001-01-01' as date)", date) }}
{%- endmacro %}

{% macro week_end(day) -%}
    {#- The Sunday that ends the week of a day: day number 6 is a Sunday. -#}
    {{ add_days(day, '6 - mod(' ~ day_number(day) ~ ', 7)') }}
{%- endmacro %}

{% macro date_rows(first_date, last_date) -%}
    {#- Expression for a select list: one row per date from the first to the last, both included. -#}
    {%- if target.type == 'duckdb' -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
    {%- else -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
    {%- endif -%}
{%- endmacro %}

{% macro time_of_seconds(seconds) -%}
    {#- The timestamp that lies some seconds (a number with decimals) after 1970. -#}
    {{ 'make_timestamp' if target.type == 'duckdb' else 'timestamp_micros' -}}
    (cast(round(({{ seconds }}) * 1e6) as bigint))
{%- endmacro %}
