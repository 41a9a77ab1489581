{% macro all_days() -%}
    {{ return('0001-01-01') }}
{%- endmacro %}

{% macro window_start(column='window_start_date') -%}
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

{% macro published_from() -%}
    {{ return(window_start('published_before_date')) }}
{%- endmacro %}

{% macro in_window(day, days_before=0) -%}
    {%- set first_day = "cast('" ~ window_start() ~ "' as date)" -%}
    {{ day }} >= {{ add_days(first_day, -days_before) if days_before else first_day }}
{%- endmacro %}

{% macro reaches_window(until_date) -%}
    {{ until_date }} is null or {{ until_date }} > cast('{{ window_start() }}' as date)
{%- endmacro %}

{% macro published_before() -%}
    {{ return(
        published_from() if execute and model.resource_type != 'unit_test' and load_relation(this) else all_days()
    ) }}
{%- endmacro %}

{% macro is_unpublished(scores) -%}
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

{% macro begin_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set last, late_row_days = last_completed_build(), policy_number('late_row_days') | int -%}
        {%- set published = load_relation(relation_of('fct_health_scores')) -%}
        {%- set scored = run_query('select distinct scorecard from ' ~ published).columns[0].values() | list
            if published else [] -%}
        {%- set added = policy_rows('scorecards') | rejectattr('role', 'eq', 'off') | map(attribute='scorecard')
            | reject('in', scored) | list if scored else [] -%}
        {%- if last and not var('restate_history') -%}
            {%- set loaded, holdouts = load_relation(relation_of('holdouts')), {'last': [], 'now': []} -%}
            {%- for row in run_query('select * from ' ~ loaded).rows if loaded -%}
                {%- do holdouts.last.append([row.trigger, row.from_date | string, row.holdout_share | float]) -%}
            {%- endfor -%}
            {%- for row in policy_rows('holdouts') -%}
                {%- do holdouts.now.append([row.trigger, row.from_date | string, row.holdout_share | float]) -%}
            {%- endfor -%}
            {%- do python_check('history_problems', {
                'last': last, 'now': this_build(), 'late_row_days': late_row_days, 'new_scorecards': added,
                'holdouts': holdouts,
            }) -%}
        {%- endif -%}
        {%- set starts_over = flags.FULL_REFRESH or var('restate_history') or added or lacks_history() -%}
        {%- set every_day = "cast('" ~ all_days() ~ "' as date)" -%}
        {%- set first_day = add_days("cast('" ~ last.as_of_date ~ "' as date)", 1 - late_row_days)
            if last else every_day -%}
        {%- set window, builds = relation_of('build_window'), relation_of('completed_builds') -%}
        {%- do adapter.create_schema(window) -%}
        {%- call statement(auto_begin=false) -%}
            create table if not exists {{ builds }} (
                completed_number bigint, invocation_id varchar, as_of_date date, window_start_date date,
                policy_version varchar, settings varchar, raw_path varchar, raw_tables varchar
            );
            create table if not exists {{ window }} (
                invocation_id varchar, window_start_date date, published_before_date date
            );
            create or replace table {{ window }} as
            -- a build that did not complete may have begun to rewrite more
            select
                '{{ invocation_id }}' as invocation_id,
                least({{ every_day if starts_over else first_day }}, min(window_start_date)) as window_start_date,
                least({{ every_day if var('restate_history') else first_day }}, min(published_before_date))
                    as published_before_date
            from {{ window }}
            where invocation_id not in (select invocation_id from {{ builds }})
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro lacks_history() -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'customer_health' and node.config.materialized == 'incremental' -%}
        {%- set relation = load_relation(relation_of(node.name)) -%}
        {%- if relation is none or relation.is_view -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(
        (raw_table('product', 'events').sql and is_empty(relation_of('stg_product__event_days')))
        or (raw_table('product', 'daily_usage').sql and is_empty(relation_of('base_product__daily_usage')))
    ) }}
{%- endmacro %}

{% macro this_build() -%}
    {%- set tables = [] -%}
    {%- for source_name, table_name in raw_tables() if raw_table(source_name, table_name).sql -%}
        {%- do tables.append(source_name ~ '.' ~ table_name) -%}
    {%- endfor -%}
    {%- for column in raw_table('crm', 'accounts').columns if column.delivered -%}
        {%- do tables.append('crm.accounts.' ~ column.get('raw_name', column.name)) -%}
    {%- endfor -%}
    {{ return({
        'settings': {'history_grain': var('history_grain'), 'id_case': var('id_case')},
        'raw_path': var('raw_path') | string, 'as_of_date': var('as_of_date') | string, 'tables': tables,
    }) }}
{%- endmacro %}

{% macro last_completed_build() -%}
    {%- set builds = load_relation(relation_of('completed_builds')) -%}
    {%- set rows = run_query(
        'select settings, raw_path, as_of_date, raw_tables from ' ~ builds ~ ' order by completed_number desc limit 1'
    ).rows if builds else [] -%}
    {{ return({
        'settings': fromjson(rows[0][0]), 'raw_path': rows[0][1],
        'as_of_date': rows[0][2] | string, 'tables': fromjson(rows[0][3]),
    } if rows else none) }}
{%- endmacro %}

{% macro record_completed_build(results) -%}
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
                '{{ invocation_id }}', clock.as_of_date, clock.window_start_date, policy.policy_version,
                '{{ tojson(build.settings) | replace("'", "''") }}',
                '{{ build.raw_path | replace("'", "''") }}',
                '{{ tojson(build.tables) }}'
            from {{ relation_of('stg_calendar__clock') }} as clock
            cross join {{ relation_of('int_policy__version') }} as policy
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{% macro relation_of(name) -%}
    {%- set node = graph.nodes.get('model.customer_health.' ~ name)
        or graph.nodes.get('seed.customer_health.' ~ name, {}) -%}
    {{ return(api.Relation.create(
        database=node.database or target.database,
        schema=node.schema or generate_schema_name('operations', none),
        identifier=node.alias or name
    )) }}
{%- endmacro %}
