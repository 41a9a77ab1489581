{#- dbt-duckdb builds a table or a view beside the old one, renames both and drops the old one: four
    statements and two commits a node, and most of a night with little new. DuckDB drops and creates in
    one transaction: readers have the old one until the end, and keep it if the new one fails. -#}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {{ return(replaced('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(replaced('view')) }}
{% endmaterialization %}

{% macro replaced(type) -%}
    {#- Builds the model at hand as a relation of that type (table, view), in place of the one there is. The
        model must not read itself. -#}
    {%- set existing = load_cached_relation(this) -%}
    {%- set new = this.incorporate(type=type) -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {%- set drop = 'drop ' ~ existing.type ~ ' if exists ' ~ existing ~ ';' if existing else '' -%}
    {%- if drop and model.language == 'python' -%}
        {%- call statement() -%} {{ drop }} {%- endcall -%}
    {%- endif -%}
    {%- call statement('main', language=model.language) -%}
        {{- drop if model.language == 'sql' }}
        {{ get_create_view_as_sql(new, compiled_code) if type == 'view'
            else create_table_as(false, new, compiled_code, model.language) }}
    {%- endcall -%}
    {%- do persist_docs(new, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [new]}) }}
{%- endmacro %}
