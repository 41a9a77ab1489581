{#- dbt-duckdb builds a table or a view beside the old one, renames both and drops the old one, and asks for the
    columns of an incremental table three times; with little data that is most of what a node takes. Here a
    node is one transaction of few statements: readers have the old rows until its end, and keep them if
    it fails. The adapter builds incremental models of other strategies, and everything where this project is a
    package of another. -#}

{% materialization view, adapter='duckdb' %}
    {%- set new = make_intermediate_relation(this.incorporate(type='view')) -%}
    {{ begin_node(new) }}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(new, compiled_code) }}
        {{ take_place(new) }}
    {%- endcall -%}
    {{ return(end_node('view')) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set new = make_intermediate_relation(this.incorporate(type='table')) -%}
    {{ begin_node(new) }}
    {#- dbt wants the call of Python here and in no macro -#}
    {%- call statement('main', language=model.language) -%}
        {{ create_table_as(false, new, compiled_code, model.language) }}
        {{ take_place(new) if model.language == 'sql' }}
    {%- endcall -%}
    {%- if model.language == 'python' -%}
        {%- call statement() -%} {{ take_place(new) }} {%- endcall -%}
    {%- endif -%}
    {{ return(end_node('table')) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if config.get('incremental_strategy') != 'window'
        or config.get('on_schema_change') not in ['ignore', 'append_new_columns'] -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {%- set starts_over = load_cached_relation(this) is none or should_full_refresh() -%}
    {#- what Python gives is little, and cannot be written into a temporary table -#}
    {%- set new = make_intermediate_relation(this.incorporate(type='table'))
        if starts_over or model.language == 'python'
        else api.Relation.create(database='temp', schema='main', identifier=this.identifier) -%}
    {{ begin_node(new) }}
    {%- call statement('main', language=model.language) -%}
        {{ create_table_as(not starts_over, new, compiled_code, model.language) }}
    {%- endcall -%}
    {%- call statement() -%}
        {{ take_place(new) if starts_over else take_window(new) }}
    {%- endcall -%}
    {{ return(end_node('table')) }}
{% endmaterialization %}

{% macro begin_node(new) -%}
    {#- Begins the transaction, which dbt does with the first statement of SQL, but not with Python. -#}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {%- if model.language == 'python' -%}
        {%- call statement() -%} drop table if exists {{ new }} {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro end_node(type) -%}
    {#- Commits, and returns what a materialization has to. -#}
    {%- do persist_docs(this, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [this.incorporate(type=type)]}) }}
{%- endmacro %}

{% macro take_place(new) -%}
    {#- Statements by which a new table or view takes the place of the one there is. -#}
    {%- set existing = load_cached_relation(this) -%}
    {{ 'drop ' ~ existing.type ~ ' if exists ' ~ existing ~ ';' if existing }}
    alter {{ new.type }} {{ new }} rename to {{ adapter.quote(this.identifier) }}
{%- endmacro %}

{% macro take_window(new) -%}
    {#- Statements by which the rows of a new table take the place of those in the window. -#}
    {%- set columns = adapter.get_column_schema_from_query('select * from ' ~ this) -%}
    {%- if config.get('on_schema_change') == 'append_new_columns' -%}
        {%- set names = columns | map(attribute='name') | list -%}
        {%- for column in adapter.get_column_schema_from_query('select * from ' ~ new)
            if column.name not in names %}
    alter table {{ this }} add column {{ column.quoted }} {{ column.data_type }};
        {%- do columns.append(column) -%}
        {%- endfor -%}
    {%- endif %}
    {{ get_incremental_window_sql({
        'target_relation': this, 'temp_relation': new, 'dest_columns': columns,
    }) }};
    drop table {{ new }}
{%- endmacro %}
