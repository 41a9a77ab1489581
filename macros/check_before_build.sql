{% macro check_before_build() -%}
    {#- dbt compiles this hook for compile and docs generate as well, which build nothing -#}
    {%- if execute and flags.WHICH not in ('compile', 'generate') -%}
        {%- set metrics = {} -%}
        {%- for dimension in dimensions() -%}
            {%- set columns = graph.nodes['model.customer_health.int_' ~ dimension ~ '__metrics'].columns -%}
            {%- do metrics.update({dimension: columns | reject('in', ['account_id', 'as_of_date']) | list}) -%}
        {%- endfor -%}
        {%- set contract, vendors, connections = [], [], {} -%}
        {%- for source_name, named in var('vendors').items() -%}
            {%- for connection in ([named] if named is string else named) -%}
                {%- set tables = raw_tables(connection) | selectattr(0, 'eq', source_name) | map('last') | list -%}
                {%- do vendors.append({'source': source_name, 'connection': connection, 'tables': tables}) -%}
                {%- do connections.setdefault(connection.split('_')[0], {}).update({connection: true}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for node in graph.sources.values() if node.package_name == 'customer_health' -%}
            {%- for place in connections.get(node.source_name, [node.source_name]) -%}
                {%- set relation = none if var('raw_path') else adapter.get_relation(
                    var(place ~ '_database', node.database), var(place ~ '_schema', place), node.identifier) -%}
                {%- do contract.append({
                    'source': place, 'declared_as': node.source_name, 'table': node.name,
                    'file': node.original_file_path, 'columns': node.columns.values() | list,
                    'freshness': node.freshness, 'time_column': node.config.meta.get('time_column'),
                    'place': relation.schema ~ '.' ~ node.identifier if relation else none,
                    'is_empty': relation and is_empty(relation),
                    'delivered': adapter.get_columns_in_relation(relation) | map(attribute='name') | list
                        if relation else [],
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do python_check('build_problems', {
            'seeds': absolute_path('seeds'), 'raw_path': absolute_path(var('raw_path')) if var('raw_path') else '',
            'variables': {'history_grain': var('history_grain'), 'id_case': var('id_case'),
                'as_of_date': var('as_of_date') | string},
            'metrics': metrics, 'vendors': vendors, 'contract': contract,
            'feeds': graph.nodes['model.customer_health.int_feeds__connected'].config.meta.feeds,
        }) -%}
    {%- endif -%}
{%- endmacro %}

{% macro python_check(function, details) -%}
    {%- if target.type != 'duckdb' -%}
        {%- set found = {'errors': [
            "variable raw_path: this adapter cannot read files. Fix: set raw_path to '' and deliver the"
            ~ " raw tables as tables, one schema per source."
        ] if var('raw_path') else []} -%}
    {%- elif not run_query("select 1 as n from duckdb_functions() where function_name = '" ~ function ~ "'").rows -%}
        {%- set found = {'errors': [
            'profiles.yml: the profile lacks the plugin that checks policy and raw data. Fix: add'
            ~ ' these lines to its output, beside `type: duckdb`:'
            ~ '\n      module_paths: [python]\n      plugins:'
            ~ '\n        - module: customer_health.dbt_plugin'
        ]} -%}
    {%- else -%}
        {%- set call = function ~ "('" ~ tojson(details) | replace("'", "''") ~ "')" -%}
        {%- set answer = run_query('select ' ~ call ~ ' as problems').rows[0][0] -%}
        {%- set found = fromjson(answer.replace(absolute_path(''), '')) -%}
    {%- endif -%}
    {%- for message in found.get('warnings', []) -%}
        {%- do exceptions.warn(message) -%}
    {%- endfor -%}
    {%- if found.errors -%}
        {{ exceptions.raise_compiler_error('Nothing was built: ' ~ found.errors | length
            ~ ' problem(s) to fix first.\n- ' ~ found.errors | join('\n- ')) }}
    {%- endif -%}
{%- endmacro %}

{% macro absolute_path(path) -%}
    {#- dbt keeps the folder with each seed, also where this project is a package -#}
    {%- set is_absolute = modules.re.match('/|[A-Za-z]:|[A-Za-z0-9]+://', path) -%}
    {{ return(path if is_absolute else graph.nodes['seed.customer_health.metrics'].root_path ~ '/' ~ path) }}
{%- endmacro %}
