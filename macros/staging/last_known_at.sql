{% macro last_known_at(source_name, table_name) -%}
    {%- set now = 'cast(' ~ dbt.current_timestamp() ~ ' as timestamp)' -%}
    {%- set time_column = raw_table(source_name, table_name).time_column -%}
    {%- set known_at = 'cast(coalesce(known_at, ' ~ time_column ~ ') as timestamp)' -%}
    select coalesce(max({{ known_at }}), {{ now }}) as last_known_at
    from ({{ raw_rows(source_name, table_name) }}) as raw_rows
    where {{ known_at }} <= {{ now }}
{%- endmacro %}
