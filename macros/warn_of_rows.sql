{% macro warn_of_rows(query) -%}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query(query).rows -%}
            {%- do exceptions.warn(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
