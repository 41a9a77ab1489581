{#- Which days a build computes. A build goes on where the last completed one ended: it computes the days
    after it and, so that late rows still count, the policy's late_row_days up to it once more. The first
    build, and one with --full-refresh, computes all days. Models of materialization incremental with the
    strategy `window` keep their rows before the window and replace those in it. -#}

{% macro all_days() -%}
    {{ return('0001-01-01') }}
{%- endmacro %}

{% macro window_start() -%}
    {#- First day this build computes, as text; all_days() if it computes every day. What builds nothing, such as
        dbt compile, shows the last build's. A unit test sets the variable window_start_date. -#}
    {%- if not execute -%}
        {{ return(all_days()) }}
    {%- elif model.resource_type == 'unit_test' -%}
        {{ return(var('window_start_date', all_days())) }}
    {%- endif -%}
    {{ return(build_window_column('window_start_date')) }}
{%- endmacro %}

{% macro in_window(day) -%}
    {#- Condition: a day is one that this build computes. -#}
    {{ day }} >= cast('{{ window_start() }}' as date)
{%- endmacro %}

{% macro reaches_window(until_date) -%}
    {#- Condition: what ends on a day (exclusive; null: never) lasts into the days this build computes. -#}
    {{ until_date }} is null or {{ until_date }} > cast('{{ window_start() }}' as date)
{%- endmacro %}

{% macro days_before_window(days) -%}
    {#- The day that many days before the window, as text: how far back facts bear on it. -#}
    {%- if not is_windowed() -%}
        {{ return(all_days()) }}
    {%- endif -%}
    {%- set first_day = modules.datetime.date.fromisoformat(window_start()) -%}
    {{ return((first_day - modules.datetime.timedelta(days=days)) | string) }}
{%- endmacro %}

{% macro published_before() -%}
    {#- What the model at hand has of days before this one is published and stays as it is, even where
        --full-refresh computes all days again; all_days() if it has nothing yet, or if var
        restate_history lets it be restated. Unit tests: as if nothing was published. -#}
    {%- if not execute or model.resource_type == 'unit_test' or load_relation(this) is none -%}
        {{ return(all_days()) }}
    {%- endif -%}
    {{ return(published_from()) }}
{%- endmacro %}

{% macro published_from() -%}
    {#- First day whose published rows this build wrote, as text: the tests of published models begin there. A
        unit test sets the variable window_start_date. -#}
    {%- if not execute -%}
        {{ return(all_days()) }}
    {%- elif model.resource_type == 'unit_test' -%}
        {{ return(var('window_start_date', all_days())) }}
    {%- endif -%}
    {{ return(build_window_column('published_before_date')) }}
{%- endmacro %}

{% macro build_window_column(column) -%}
    {#- A column of operations.build_window; all_days() where no build was begun yet. -#}
    {%- set found = looked_up('build window') -%}
    {%- if column not in found -%}
        {%- set window = adapter.get_relation(**operations_table('build_window')) -%}
        {%- do found.update({
            column: run_query('select ' ~ column ~ ' from ' ~ window).rows[0][0] | string
                if window else all_days()
        }) -%}
    {%- endif -%}
    {{ return(found[column]) }}
{%- endmacro %}

{% macro is_windowed() -%}
    {#- Whether this build computes only part of the days. -#}
    {{ return(window_start() != all_days()) }}
{%- endmacro %}

{% macro operations_table(name) -%}
    {#- Where a table of the project's own book-keeping lies: {database, schema, identifier}. -#}
    {{ return({
        'database': target.database,
        'schema': generate_schema_name('operations', none),
        'identifier': name,
    }) }}
{%- endmacro %}

{% macro begin_build() -%}
    {#- Settles the window at the start of a build, before any model can change what it rests on. -#}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set last = last_completed_build() -%}
        {%- if last and not var('restate_history') -%}
            {%- for name, value in build_settings().items() if last.settings.get(name) != value -%}
                {{ exceptions.raise_compiler_error(
                    'Nothing was built: ' ~ name ~ " is '" ~ value ~ "', and the history in this"
                    ~ " warehouse was built with '" ~ last.settings.get(name) ~ "'. Fix: build into"
                    ~ " another file, or restate all history with --vars '{restate_history: true}'"
                    ~ ' (make build RESTATE=1).'
                ) }}
            {%- endfor -%}
            {%- if last.raw_path != var('raw_path') | string -%}
                {%- do exceptions.warn(
                    "raw_path is '" ~ var('raw_path') ~ "', and the last build of this warehouse read '"
                    ~ last.raw_path ~ "'. Fix: none needed if it is the same company; else build into another"
                    ~ ' file.'
                ) -%}
            {%- endif -%}
            {%- for source_name, table_name in raw_tables()
                if source_name ~ '.' ~ table_name in last.tables and not raw_table(source_name, table_name) -%}
                {%- do exceptions.warn(
                    source_name ~ '.' ~ table_name ~ ': the last build had this table, and now it is absent or'
                    ~ ' empty; what it tells is unknown from here on. Fix: deliver it and build again within '
                    ~ policy_number('late_row_days') | int ~ ' days, and the days in between are computed again too.'
                ) -%}
            {%- endfor -%}
            {%- if var('as_of_date') and var('as_of_date') | string < last.as_of_date -%}
                {{ exceptions.raise_compiler_error(
                    'Nothing was built: variable as_of_date: ' ~ var('as_of_date') ~ ' lies before '
                    ~ last.as_of_date ~ ', up to which this warehouse is built. Fix: build into another'
                    ~ ' file.'
                ) }}
            {%- endif -%}
        {%- endif -%}
        {%- set starts = {'window': all_days(), 'published': all_days()} -%}
        {%- if last -%}
            {%- set first_day = modules.datetime.date.fromisoformat(last.as_of_date)
                - modules.datetime.timedelta(days=policy_number('late_row_days') | int - 1) -%}
            {%- do starts.update({'window': first_day | string, 'published': first_day | string}) -%}
            {#- a build that did not complete may have begun to rewrite more -#}
            {%- set window = adapter.get_relation(**operations_table('build_window')) -%}
            {%- if window -%}
                {%- for row in run_query(
                    'select window_start_date, published_before_date from ' ~ window
                    ~ ' where invocation_id not in (select invocation_id from '
                    ~ adapter.get_relation(**operations_table('completed_builds')) ~ ')'
                ).rows -%}
                    {%- do starts.update({
                        'window': [starts.window, row[0] | string] | min,
                        'published': [starts.published, row[1] | string] | min,
                    }) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endif -%}
        {%- set added = new_scorecards() -%}
        {%- if added -%}
            {%- do exceptions.warn(
                'scorecards.csv: ' ~ added | join(', ') ~ ' is new here. This build scores all of its history,'
                ~ ' which takes as long as a first build; what others published stays. Fix: none needed.'
            ) -%}
        {%- endif -%}
        {%- set starts_over = flags.FULL_REFRESH or var('restate_history') or added or lacks_history() -%}
        {%- set window = api.Relation.create(**operations_table('build_window')) -%}
        {%- do adapter.create_schema(window) -%}
        {%- call statement(auto_begin=false) -%}
            create or replace table {{ window }} as
            select
                '{{ invocation_id }}' as invocation_id,
                cast('{{ all_days() if starts_over else starts.window }}' as date) as window_start_date,
                cast('{{ all_days() if var("restate_history") else starts.published }}' as date)
                    as published_before_date
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro lacks_history() -%}
    {#- Whether a model that keeps history is not there yet, or a feed has none, so that every day has to
        be computed. -#}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.package_name == 'customer_health'
        and node.config.materialized == 'incremental' -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if relation is none or relation.is_view -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {#- a feed that is new reaches back before the window -#}
    {%- for table_name, model_name in [
        ('events', 'stg_product__event_days'), ('daily_usage', 'base_product__daily_usage')
    ] if raw_table('product', table_name) and is_empty(relation_of(model_name)) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{% macro new_scorecards() -%}
    {#- Scorecards that the policy scores and of which nothing is published, though something is of others. -#}
    {%- set scores = relation_of('fct_health_scores') -%}
    {%- set published = adapter.get_relation(scores.database, scores.schema, scores.identifier) -%}
    {%- set known = run_query('select distinct scorecard from ' ~ published).columns[0].values() | list
        if published else [] -%}
    {%- set added = [] -%}
    {%- if known -%}
        {%- for row in policy_rows('scorecards') if row['role'] != 'off' and row['scorecard'] not in known -%}
            {%- do added.append(row['scorecard']) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(added) }}
{%- endmacro %}

{% macro build_settings() -%}
    {#- What history must have been built with for a build to go on from it. -#}
    {{ return({
        'history_grain': var('history_grain'),
        'id_case': var('id_case'),
    }) }}
{%- endmacro %}

{% macro last_completed_build() -%}
    {#- {as_of_date, settings, raw_path, tables} of the last build in which everything went well; none if there is
        none. -#}
    {%- set builds = adapter.get_relation(**operations_table('completed_builds')) -%}
    {%- if builds is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set rows = run_query(
        'select as_of_date, settings, raw_path, raw_tables from ' ~ builds ~ ' order by completed_number desc limit 1'
    ).rows -%}
    {{ return({
        'as_of_date': rows[0][0] | string,
        'settings': fromjson(rows[0][1]),
        'raw_path': rows[0][2],
        'tables': fromjson(rows[0][3]),
    } if rows else none) }}
{%- endmacro %}

{% macro record_completed_build(results) -%}
    {#- Enters a build of which every node went well into operations.completed_builds, from which the
        next one goes on. A build of part of the project, or without its tests, does not count: the next
        one computes its days again. -#}
    {%- if execute and flags.WHICH == 'build' and is_whole_build(results) -%}
        {%- set builds = api.Relation.create(**operations_table('completed_builds')) -%}
        {%- set delivered = [] -%}
        {%- for source_name, table_name in raw_tables() if raw_table(source_name, table_name) -%}
            {%- do delivered.append(source_name ~ '.' ~ table_name) -%}
        {%- endfor -%}
        {%- call statement(auto_begin=false) -%}
            create table if not exists {{ builds }} (
                completed_number bigint,
                invocation_id varchar,
                as_of_date date,
                window_start_date date,
                policy_version varchar,
                settings varchar,
                raw_path varchar,
                raw_tables varchar
            );
            insert into {{ builds }}
            select
                coalesce((select max(completed_number) from {{ builds }}), 0) + 1,
                '{{ invocation_id }}',
                clock.as_of_date,
                clock.window_start_date,
                policy.policy_version,
                '{{ tojson(build_settings()) | replace("'", "''") }}',
                '{{ var("raw_path") | string | replace("'", "''") }}',
                '{{ tojson(delivered) }}'
            from {{ relation_of('stg_calendar__clock') }} as clock
            cross join {{ relation_of('int_policy__version') }} as policy
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro is_whole_build(results) -%}
    {#- Whether every seed, snapshot, model and data test was built, and went well. -#}
    {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error'])
        | list -%}
    {%- set built = results | map(attribute='node.unique_id') | list -%}
    {%- for node in graph.nodes.values()
        if node.resource_type in ('seed', 'snapshot', 'model', 'test')
        and node.package_name == 'customer_health' and node.config.materialized != 'ephemeral'
        and node.unique_id not in built -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(not failed) }}
{%- endmacro %}

{% macro relation_of(model_name) -%}
    {#- A model's relation where ref() is not at hand (hooks). -#}
    {%- set node = graph.nodes['model.customer_health.' ~ model_name] -%}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{%- endmacro %}
