{% macro get_incremental_window_sql(arguments) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set column = meta.get('window_column', 'as_of_date') -%}
    {%- set from_date = published_before() if meta.get('is_published') else window_start() -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    delete from {{ arguments.target_relation }}
    where {{ column }} >= cast('{{ from_date }}' as date) or {{ column }} is null
    {%- if config.get('unique_key') %}
    or {{ config.get('unique_key') }} in (
        select {{ config.get('unique_key') }} from {{ arguments.temp_relation }}
    )
    {%- endif %};

    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arguments.temp_relation }}
    {%- if meta.get('is_published') %}
    where
        {{ column }} >= cast('{{ from_date }}' as date)
        {%- if 'scorecard' in arguments.dest_columns | map(attribute='name') %}
        or scorecard not in (select scorecard from {{ arguments.target_relation }})
        {%- endif %}
    {%- endif %};

    -- a Python model's is a lasting table, which the adapter leaves
    drop table {{ arguments.temp_relation }}
{%- endmacro %}
