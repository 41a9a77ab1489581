{% macro warn_of_rows(query) -%}
    {#- Says the first column of each row of a query as a warning: a failed test tells only how many there
        are. For tests; writes nothing into their SQL. -#}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query(query).rows -%}
            {%- do exceptions.warn(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
