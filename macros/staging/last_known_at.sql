{% macro last_known_at(source_name, table_name) -%}
    {#- When the newest row of a raw table was known, for `dbt source freshness`, which uses the wall clock. Rows
        dated after now are errors or plans. dbt takes no null: an absent table delays nobody, and gives now. -#}
    {%- set now = 'cast(' ~ dbt.current_timestamp() ~ ' as timestamp)' -%}
    {%- set time_column = raw_table(source_name, table_name).time_column -%}
    {%- set known_at = 'cast(coalesce(known_at, ' ~ time_column ~ ') as timestamp)' -%}
    select coalesce(max({{ known_at }}), {{ now }}) as last_known_at
    from ({{ raw_rows(source_name, table_name) }}) as raw_rows
    where {{ known_at }} <= {{ now }}
{%- endmacro %}
