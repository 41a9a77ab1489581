{% macro looked_up(subject) -%}
    {#- What this invocation of dbt has found out about a subject, as a dict to read and to add to: what
        every model asks the database is asked once. The graph is the one object that all nodes share. -#}
    {{ return(graph.setdefault('looked_up ' ~ invocation_id, {}).setdefault(subject, {})) }}
{%- endmacro %}
