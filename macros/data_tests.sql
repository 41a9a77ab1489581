{#- Queries of tests/singular that check many models at once: a test of its own for each would cost
    more than the checks do. A date column, where one is given, leaves out days that this build did not
    write: what was published under another policy may have other words. -#}

{% macro repeated_keys(models) -%}
    {#- Keys of models that have a null in them, or stand on several rows. Each model is (name, key
        columns, date column or ''). A column with a ? may be null. Without key columns the model has
        one row. -#}
    {%- for name, key, date_column in models %}
        {%- set columns = key.replace('?', '') %}
        select
            '{{ name }}' as model_name,
            '{{ key }}' as key,
            count(*) as n_faults
        from (
            select count(*) as n_rows
            from {{ ref(name) }}
            {{ written_days(date_column) }}
            {% if key -%}
            group by {{ columns }}
            having
                count(*) > 1
                {%- for column in key.split(', ') if not column.endswith('?') %}
                or {{ column }} is null
                {%- endfor %}
            {%- else -%}
            having count(*) <> 1
            {%- endif %}
        ) as faults
        having count(*) > 0
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro keys_without_row(parent, key, children) -%}
    {#- Values of columns that no row of the parent has; null is none. Each child is (model, column,
        date column or ''). -#}
    {%- for name, column, date_column in children %}
        select distinct
            '{{ name }}' as model_name,
            '{{ column }}' as column_name,
            {{ column }} as word
        from {{ ref(name) }}
        {{ written_days(date_column) or 'where true' }}
        and {{ column }} is not null
        and {{ column }} not in (select {{ key }} from {{ ref(parent) }})
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro unknown_words(words, models) -%}
    {#- Words in columns of models that are not among those of `words`, a dict from column to its
        words. Each model is (name, columns, date column or ''). -#}
    {%- for name, columns, date_column in models %}
        {%- set models_loop = loop %}
        {%- for column in columns.split(', ') %}
            select distinct
                '{{ name }}' as model_name,
                '{{ column }}' as column_name,
                {{ column }} as word
            from {{ ref(name) }}
            {{ written_days(date_column) or 'where true' }}
            and {{ column }} not in ('{{ words[column] | join("', '") }}')
            {{ 'union all' if not (models_loop.last and loop.last) }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{% macro written_days(date_column) -%}
    {%- if date_column -%}
        where ({{ date_column }} >= cast('{{ published_from() }}' as date) or {{ date_column }} is null)
    {%- endif -%}
{%- endmacro %}
