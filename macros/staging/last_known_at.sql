{% macro last_known_at(source_name, table_name) -%}
    {#- When the newest row of a raw table was known, for `dbt source freshness`, which uses the wall clock. Rows
        dated after now are errors or plans. dbt takes no null: an absent table delays nobody, and gives now. -#}
    {%- set now = 'cast(' ~ dbt.current_timestamp() ~ ' as timestamp)' -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- if not table.sql -%}
        select {{ now }} as last_known_at
    {%- else -%}
        select coalesce(max(known_at), {{ now }}) as last_known_at
        from (
            select cast(coalesce(known_at, {{ table.time_column }}) as timestamp) as known_at
            from ({{ raw_rows(source_name, table_name) }}) as raw_rows
        ) as known
        where known_at <= {{ now }}
    {%- endif -%}
{%- endmacro %}
