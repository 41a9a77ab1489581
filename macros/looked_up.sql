{% macro looked_up(subject) -%}
    {{ return(graph.setdefault('looked_up ' ~ invocation_id, {}).setdefault(subject, {})) }}
{%- endmacro %}
