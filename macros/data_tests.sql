{#- Tests that check many models at once: a test of each would cost more than the checks do. A date column leaves
    out days that this build did not write: what was published under another policy may have other words. -#}

{% macro repeated_keys(models) -%}
    {%- for name, key, date_column in models %}
        select '{{ name }}' as model_name, '{{ key }}' as key, count(*) as n_faults
        from (
            select count(*) as n_rows
            from {{ ref(name) }}
            where coalesce({{ date_column or 'null' }}, '9999-12-31') >= '{{ published_from() }}'
            {% if key -%}
            group by {{ key.replace('?', '') }}
            having count(*) > 1
                {%- for column in key.split(', ') if not column.endswith('?') %} or {{ column }} is null{% endfor %}
            {%- else -%}
            having count(*) <> 1
            {%- endif %}
        ) as faults
        having count(*) > 0
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro unknown_words(known, models) -%}
    {%- for name, columns, date_column in models %}
        {%- set is_last_model = loop.last %}
        {%- for column in columns.split(', ') %}
            select distinct '{{ name }}' as model_name, '{{ column }}' as column_name, {{ column }} as word
            from {{ ref(name) }}
            where
                {{ column }} not in ({{ known[column] }})
                and coalesce({{ date_column or 'null' }}, '9999-12-31') >= '{{ published_from() }}'
            {{ 'union all' if not (is_last_model and loop.last) }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}
