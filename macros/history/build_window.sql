{#- Which days a build computes. A build goes on where the last completed one ended: it computes the days
    after it and, so that late rows still count, the policy's late_row_days up to it once more. The first
    build, and one with --full-refresh, computes all days. Models of materialization incremental with the
    strategy `window` keep their rows before the window and replace those in it. -#}

{% macro all_days() -%}
    {{ return('0001-01-01') }}
{%- endmacro %}

{% macro window_start() -%}
    {#- First day this build computes, as text; all_days() if it computes every day. -#}
    {{ return(build_window('window_start_date')) }}
{%- endmacro %}

{% macro in_window(day, days_before=0) -%}
    {#- Condition: a day is one that this build computes, or so many days before: how far back facts bear on
        it. -#}
    {%- set first_day = "cast('" ~ window_start() ~ "' as date)" -%}
    {{ day }} >= {{ add_days(first_day, -days_before) if days_before else first_day }}
{%- endmacro %}

{% macro reaches_window(until_date) -%}
    {#- Condition: what ends on a day (exclusive; null: never) lasts into the days this build computes. -#}
    {{ until_date }} is null or {{ until_date }} > cast('{{ window_start() }}' as date)
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

{% macro is_unpublished(scores) -%}
    {#- Condition: the model at hand has not published a score yet, be it of a day or of a scorecard. -#}
    {%- set goes_on_from = published_before() -%}
    {%- if goes_on_from == all_days() -%}
        true
    {%- else -%}
        (
            {{ scores }}.as_of_date >= cast('{{ goes_on_from }}' as date)
            or {{ scores }}.scorecard not in (select published.scorecard from {{ this }} as published)
        )
    {%- endif -%}
{%- endmacro %}

{% macro published_from() -%}
    {#- First day whose published rows this build wrote, as text: the tests of published models begin there. -#}
    {{ return(build_window('published_before_date')) }}
{%- endmacro %}

{% macro build_window(column) -%}
    {#- A column of operations.build_window; all_days() where no build was begun yet. What builds nothing, such as
        dbt compile, shows the last build's. A unit test sets the variable window_start_date. -#}
    {%- if not execute -%}
        {{ return(all_days()) }}
    {%- elif model.resource_type == 'unit_test' -%}
        {{ return(var('window_start_date', all_days())) }}
    {%- endif -%}
    {%- set found = looked_up('build window') -%}
    {%- if column not in found -%}
        {%- set window = load_relation(relation_of('build_window')) -%}
        {%- do found.update({
            column: run_query('select ' ~ column ~ ' from ' ~ window).rows[0][0] | string
                if window else all_days()
        }) -%}
    {%- endif -%}
    {{ return(found[column]) }}
{%- endmacro %}

{% macro begin_build() -%}
    {#- Settles the window at the start of a build, before any model can change what it rests on. -#}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set last = last_completed_build() -%}
        {%- if last and not var('restate_history') -%}
            {%- do python_check('history_problems', {
                'last': last, 'now': this_build(), 'late_row_days': policy_number('late_row_days') | int,
            }) -%}
        {%- endif -%}
        {%- set published = load_relation(relation_of('fct_health_scores')) -%}
        {%- set scored = run_query('select distinct scorecard from ' ~ published).columns[0].values() | list
            if published else [] -%}
        {%- set added = policy_rows('scorecards') | rejectattr('role', 'eq', 'off') | map(attribute='scorecard')
            | reject('in', scored) | list if scored else [] -%}
        {%- if added -%}
            {%- do exceptions.warn(
                'scorecards.csv: ' ~ added | join(', ') ~ ' is new here. This build scores all of its history,'
                ~ ' which takes as long as a first build; what others published stays. Fix: none needed.'
            ) -%}
        {%- endif -%}
        {%- set first_day = (
            modules.datetime.date.fromisoformat(last.as_of_date)
            - modules.datetime.timedelta(days=policy_number('late_row_days') | int - 1)
        ) | string if last else all_days() -%}
        {%- set starts_over = flags.FULL_REFRESH or var('restate_history') or added or lacks_history() -%}
        {%- set window, builds = relation_of('build_window'), relation_of('completed_builds') -%}
        {%- do adapter.create_schema(window) -%}
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
            create table if not exists {{ window }} (
                invocation_id varchar,
                window_start_date date,
                published_before_date date
            );
            create or replace table {{ window }} as
            select
                '{{ invocation_id }}' as invocation_id,
                -- a build that did not complete may have begun to rewrite more
                least(
                    cast('{{ all_days() if starts_over else first_day }}' as date), min(window_start_date)
                ) as window_start_date,
                least(
                    cast('{{ all_days() if var("restate_history") else first_day }}' as date),
                    min(published_before_date)
                ) as published_before_date
            from {{ window }}
            where invocation_id not in (select invocation_id from {{ builds }})
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro lacks_history() -%}
    {#- Whether a model that keeps history is not there yet, or a feed has none, so that every day has to
        be computed. -#}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.package_name == 'customer_health'
        and node.config.materialized == 'incremental' -%}
        {%- set relation = load_relation(relation_of(node.name)) -%}
        {%- if relation is none or relation.is_view -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {#- a feed that is new reaches back before the window -#}
    {%- for table_name, model_name in [
        ('events', 'stg_product__event_days'), ('daily_usage', 'base_product__daily_usage')
    ] if raw_table('product', table_name).sql and is_empty(relation_of(model_name)) -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{% macro this_build() -%}
    {#- What a build is of: {settings (what history must have been built with), raw_path, as_of_date (as
        asked for), tables (those that are delivered, and the columns of accounts)}. -#}
    {%- set tables = [] -%}
    {%- for source_name, table_name in raw_tables() if raw_table(source_name, table_name).sql -%}
        {%- do tables.append(source_name ~ '.' ~ table_name) -%}
    {%- endfor -%}
    {%- for column in raw_table('crm', 'accounts').columns if column.delivered -%}
        {%- do tables.append('crm.accounts.' ~ column.get('raw_name', column.name)) -%}
    {%- endfor -%}
    {{ return({
        'settings': {'history_grain': var('history_grain'), 'id_case': var('id_case')},
        'raw_path': var('raw_path') | string,
        'as_of_date': var('as_of_date') | string,
        'tables': tables,
    }) }}
{%- endmacro %}

{% macro last_completed_build() -%}
    {#- As this_build, of the last build in which everything went well, as_of_date the newest it scored; none if
        there is none. -#}
    {%- set builds = load_relation(relation_of('completed_builds')) -%}
    {%- set rows = run_query(
        'select settings, raw_path, as_of_date, raw_tables from ' ~ builds ~ ' order by completed_number desc limit 1'
    ).rows if builds else [] -%}
    {{ return({
        'settings': fromjson(rows[0][0]),
        'raw_path': rows[0][1],
        'as_of_date': rows[0][2] | string,
        'tables': fromjson(rows[0][3]),
    } if rows else none) }}
{%- endmacro %}

{% macro record_completed_build(results) -%}
    {#- Enters a build of which every node went well into operations.completed_builds, from which the
        next one goes on. A build of part of the project, or without its tests, does not count: the next
        one computes its days again. -#}
    {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error'])
        | list if execute -%}
    {%- set left_out = graph.nodes.values() | selectattr('package_name', 'eq', 'customer_health')
        | selectattr('resource_type', 'in', ['seed', 'snapshot', 'model', 'test'])
        | rejectattr('config.materialized', 'eq', 'ephemeral') | map(attribute='unique_id')
        | reject('in', results | map(attribute='node.unique_id') | list) | list if execute -%}
    {%- if execute and flags.WHICH == 'build' and not failed and not left_out -%}
        {%- set builds, build = relation_of('completed_builds'), this_build() -%}
        {%- call statement(auto_begin=false) -%}
            insert into {{ builds }}
            select
                coalesce((select max(completed_number) from {{ builds }}), 0) + 1,
                '{{ invocation_id }}',
                clock.as_of_date,
                clock.window_start_date,
                policy.policy_version,
                '{{ tojson(build.settings) | replace("'", "''") }}',
                '{{ build.raw_path | replace("'", "''") }}',
                '{{ tojson(build.tables) }}'
            from {{ relation_of('stg_calendar__clock') }} as clock
            cross join {{ relation_of('int_policy__version') }} as policy
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro relation_of(name) -%}
    {#- The relation of a model where ref() is not at hand (hooks), or of a table of the build's own
        book-keeping, which no model is. -#}
    {%- set node = graph.nodes.get('model.customer_health.' ~ name, {}) -%}
    {{ return(api.Relation.create(
        database=node.database or target.database,
        schema=node.schema or generate_schema_name('operations', none),
        identifier=node.alias or name
    )) }}
{%- endmacro %}
