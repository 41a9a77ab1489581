{#- dbt-duckdb builds a table or a view beside the old one, renames both and drops the old one, and asks for
    the columns of an incremental table three times; with little data that is most of what a node takes.
    Here a node is one transaction of few statements: readers have the old rows until its end, and keep
    them if it fails. Indexes, grants and sorted tables are not made. The adapter builds incremental
    models of other strategies in SQL, and everything where this project is a package of another. -#}

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
        {%- if model.language == 'python' -%}
            {{ exceptions.raise_compiler_error(
                model.original_file_path ~ ': a Python model of this incremental strategy cannot be built'
                ~ ' here. Fix: set incremental_strategy to window, and on_schema_change to ignore or'
                ~ ' append_new_columns.'
            ) }}
        {%- endif -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {%- set starts_over = not is_table(load_cached_relation(this)) or should_full_refresh() -%}
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

{% macro is_table(relation) -%}
    {#- Whether a relation is there, and no view: whether it may hold history. -#}
    {{ return(relation is not none and not relation.is_view) }}
{%- endmacro %}

{% macro begin_node(new) -%}
    {#- Begins the transaction, which dbt does with the first statement of SQL, but not with Python. A table
        that a killed build has left is in the way of Python's, which the adapter makes by itself. -#}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {%- if model.language == 'python' -%}
        {%- call statement() -%} drop table if exists {{ new }} {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro end_node(type) -%}
    {#- Commits, and returns what a materialization has to. -#}
    {%- set built = this.incorporate(type=type) -%}
    {%- do persist_docs(built, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [built]}) }}
{%- endmacro %}

{% macro take_place(new) -%}
    {#- Statements by which a new table or view takes the place of the one there is. -#}
    {%- set existing = load_cached_relation(this) -%}
    {{ 'drop ' ~ existing.type ~ ' if exists ' ~ existing ~ ';' if existing }}
    alter {{ new.type }} {{ new }} rename to {{ adapter.quote(this.identifier) }}
{%- endmacro %}

{% macro take_window(new) -%}
    {#- Statements by which the rows of a new table take the place of those in the window. With
        append_new_columns a column that the model has no more stays, and is null from then on. -#}
    {%- set columns = adapter.get_column_schema_from_query('select * from ' ~ this) -%}
    {%- if config.get('on_schema_change') == 'append_new_columns' -%}
        {%- set names = columns | map(attribute='name') | list -%}
        {%- set columns = adapter.get_column_schema_from_query('select * from ' ~ new) -%}
        {%- for column in columns if column.name not in names %}
    alter table {{ this }} add column {{ column.quoted }} {{ column.data_type }};
        {%- endfor -%}
    {%- endif %}
    {{ get_incremental_window_sql({
        'target_relation': this, 'temp_relation': new, 'dest_columns': columns,
    }) }};
    drop table {{ new }}
{%- endmacro %}
