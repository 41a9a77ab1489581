{% macro warn_of_missing_rows(relation) -%}
    {#- Says what int_monitoring__missing_rows has, as a warning for each table: a failed test tells only how
        many. For tests; writes nothing into their SQL. -#}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query('select reason from ' ~ relation ~ ' order by reason').rows -%}
            {%- do exceptions.warn(
                row[0] ~ '. Fix: deliver them again, and they were never away; if the source has deleted'
                ~ ' or re-numbered them, none needed.'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
