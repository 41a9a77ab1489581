{#- What engines write differently, as DuckDB has it and as Spark and Databricks read it. Another engine
    gets a branch here, and no model changes. -#}

{% macro add_days(date, days) -%}
    {%- if target.type == 'duckdb' -%}
    ({{ date }} + cast({{ days }} as integer))
    {%- else -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
    {%- endif -%}
{%- endmacro %}

{% macro days_between(first_date, second_date) -%}
    {%- if target.type == 'duckdb' -%}
    cast({{ second_date }} - {{ first_date }} as integer)
    {%- else -%}
    {{ dbt.datediff(first_date, second_date, 'day') }}
    {%- endif -%}
{%- endmacro %}

{% macro day_number(date) -%}
    {{ days_between("cast('2001-01-01' as date)", date) }}
{%- endmacro %}

{% macro date_rows(first_date, last_date) -%}
    {%- if target.type == 'duckdb' -%}
    cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date)
    {%- else -%}
    explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day))
    {%- endif -%}
{%- endmacro %}

{% macro time_of_number(number) -%}
    {%- set digits = 'cast(try_cast(' ~ number ~ ' as bigint) as varchar)' -%}
    {%- set day = "substr(" ~ digits ~ ", 1, 4) || '-' || substr(" ~ digits ~ ", 5, 2) || '-' || substr("
        ~ digits ~ ", 7, 2)" -%}
    {%- set time_of_microseconds = 'make_timestamp' if target.type == 'duckdb' else 'timestamp_micros' -%}
    case
        when {{ number }} between 19000101 and 99991231 and {{ number }} = floor({{ number }})
            then try_cast({{ day }} as timestamp)
        when {{ number }} = 0 then cast('1970-01-01' as timestamp)
        {% for least, per_second in [('1e17', '1e9'), ('1e14', '1e6'), ('1e11', '1e3'), ('1e8', '1')] -%}
        {#- the largest number of 64 bits is 9.2e18 -#}
        when {{ number }} >= {{ least }} and {{ number }} < 9.2e18
            then {{ time_of_microseconds }}(cast(round(({{ number }} / {{ per_second }}) * 1e6) as bigint))
        {% endfor -%}
    end
{%- endmacro %}
