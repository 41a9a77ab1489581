{% macro warn_of_sources(relation, status) -%}
    {#- Says which sources have a status in int_monitoring__freshness, as a warning for each: a failed
        test tells only how many. For tests; writes nothing into their SQL. -#}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query(
            'select reason from ' ~ relation ~ " where status = '" ~ status ~ "' order by reason"
        ).rows -%}
            {%- do exceptions.warn(
                row[0] ~ '. Fix: deliver the table again, or change its row in'
                ~ ' seeds/policy/source_checks.csv.'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro warn_of_rows(query) -%}
    {#- Says the first column of each row of a query as a warning. For tests; writes nothing into their SQL. -#}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query(query).rows -%}
            {%- do exceptions.warn(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
