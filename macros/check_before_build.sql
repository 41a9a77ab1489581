{#- Runs at the start of every dbt build, run, seed, snapshot and test: what would make the scores
    wrong stops it here, before anything is written, with every message at once. -#}

{% macro check_before_build() -%}
    {#- dbt compiles the hook for these two commands as well, which build nothing. -#}
    {%- if execute and flags.WHICH not in ('compile', 'generate') -%}
        {%- set errors = [] -%}
        {%- set allowed = {'history_grain': ['day', 'week'], 'id_case': ['lower', 'preserve']} -%}
        {%- for name, values in allowed.items() if var(name) not in values -%}
            {%- do errors.append(
                "variable " ~ name ~ ": '" ~ var(name) ~ "' is not known. Fix: set it to "
                ~ values | join(' or ') ~ ", in dbt_project.yml or with --vars."
            ) -%}
        {%- endfor -%}
        {%- if var('raw_path') and target.type != 'duckdb' -%}
            {%- do errors.append(
                "variable raw_path: this adapter cannot read files. Fix: set raw_path to '' and deliver the"
                ~ " raw tables as tables, one schema per source."
            ) -%}
        {%- endif -%}
        {%- set as_of_date = var('as_of_date') | string -%}
        {%- set is_written = modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', as_of_date) -%}
        {%- set year, month, day = as_of_date[:4] | int, as_of_date[5:7] | int, as_of_date[8:] | int -%}
        {%- set last_day = 28 + (month != 2) * 2 + (month in [1, 3, 5, 7, 8, 10, 12])
            + (month == 2 and (year % 400 == 0 or (year % 4 == 0 and year % 100 != 0))) -%}
        {%- if as_of_date and not (is_written and year and 1 <= month <= 12 and 1 <= day <= last_day) -%}
            {%- do errors.append(
                "variable as_of_date: '" ~ as_of_date ~ "' is not a date. Fix: write it as YYYY-MM-DD,"
                ~ " such as 2025-06-30, or leave it empty for the newest date of the data."
            ) -%}
        {%- endif -%}
        {#- the tables whose rows have a time, with the days that `dbt source freshness` uses -#}
        {%- set dated_tables = [] -%}
        {%- for node in graph.sources.values()
            if node.package_name == 'customer_health' and raw_time_column(node.source_name, node.name) -%}
            {%- set freshness = node.freshness or {} -%}
            {%- do dated_tables.append({
                'source': node.source_name,
                'table': node.name,
                'file': node.original_file_path,
                'warn_after_days': (freshness.get('warn_after') or {}).get('count'),
                'fail_after_days': (freshness.get('error_after') or {}).get('count'),
            }) -%}
        {%- endfor -%}
        {%- set policy = python_check('policy_problems', 'seeds', {
            'metrics': metrics_by_dimension(),
            'feeds': feeds().values() | sum(start=[]) | map('first') | list
                + ['survey_nps', 'survey_csat', 'survey_ces', 'survey_pulse'],
            'dated_tables': dated_tables,
        }) -%}
        {%- set raw = python_check('raw_problems', var('raw_path'), raw_contract()) if var('raw_path')
            else raw_table_problems() -%}
        {%- for found in [policy, raw] -%}
            {%- do errors.extend(found.errors) -%}
            {%- for message in found.warnings -%}
                {%- do exceptions.warn(message) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set errors = errors | unique | list -%}
        {%- if errors -%}
            {{ exceptions.raise_compiler_error(
                'Nothing was built: ' ~ errors | length ~ ' problem(s) to fix first.\n- '
                ~ errors | join('\n- ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro raw_contract() -%}
    {#- The tables of the raw contract: a list of {source, table, relation, columns}, with columns a
        list of {name, required}. -#}
    {%- set contract = [] -%}
    {%- for node in graph.sources.values() if node.package_name == 'customer_health' -%}
        {%- set columns = [] -%}
        {%- for column in contract_columns(node.source_name, node.name) -%}
            {%- do columns.append({
                'name': column.name,
                'required': true if is_required(column) else false,
            }) -%}
        {%- endfor -%}
        {%- do contract.append({
            'source': node.source_name,
            'table': node.name,
            'relation': {
                'database': node.database, 'schema': node.schema, 'identifier': node.identifier
            },
            'columns': columns,
        }) -%}
    {%- endfor -%}
    {{ return(contract) }}
{%- endmacro %}

{% macro raw_table_problems() -%}
    {#- What keeps raw tables in the database from being read as the contract declares them. -#}
    {%- set errors, warnings, found = [], [], [] -%}
    {%- for table in raw_contract() -%}
        {%- set relation = adapter.get_relation(**table.relation) -%}
        {%- if relation is not none -%}
            {%- set place = table.relation.schema ~ '.' ~ table.relation.identifier -%}
            {%- set delivered = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
            {%- do found.append({
                'place': place,
                'source': table.source,
                'table': table.table,
                'columns': table.columns,
                'delivered': delivered,
            }) -%}
            {%- set names = delivered | map('lower') | list -%}
            {%- for column in table.columns if column.required and column.name not in names -%}
                {%- do errors.append(
                    place ~ ": the required column '" ~ column.name ~ "' of " ~ table.source ~ '.'
                    ~ table.table ~ " is missing. Fix: add the column '" ~ column.name ~ "'."
                ) -%}
            {%- endfor -%}
            {%- if not run_query('select 1 as n from ' ~ relation ~ ' limit 1').rows -%}
                {%- do warnings.append(
                    place ~ ': the table ' ~ table.source ~ '.' ~ table.table ~ ' has no rows and'
                    ~ ' counts as absent. Fix: none needed if that is so; else deliver its rows.'
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do warnings.extend(python_check('table_problems', '', found).warnings) -%}
    {%- if not found -%}
        {%- do errors.append(
            'variable raw_path is empty, and no table of the raw contract is in the database; it'
            ~ ' should hold tables such as crm.accounts. Fix: set raw_path to a folder of raw data,'
            ~ ' or <source>_schema to the schema that holds the tables of that source.'
        ) -%}
    {%- endif -%}
    {{ return({'errors': errors, 'warnings': warnings}) }}
{%- endmacro %}

{% macro project_folder() -%}
    {#- Where this project lies on disk, also as a package of another: dbt keeps it with each seed. -#}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'seed' and node.package_name == 'customer_health' -%}
        {{ return(node.root_path) }}
    {%- endfor -%}
{%- endmacro %}

{% macro absolute_path(path) -%}
    {#- A path that is relative starts at the project, from wherever dbt is run. -#}
    {%- set is_absolute = path.startswith('/') or modules.re.match('[A-Za-z]:|[A-Za-z0-9]+://', path) -%}
    {{ return(path if is_absolute else project_folder() ~ '/' ~ path) }}
{%- endmacro %}

{% macro python_check(function, path, details) -%}
    {#- Calls a function of python/customer_health/dbt_plugin.py: {errors, warnings}. Messages
        show paths from the project on. Only DuckDB runs Python inside the build. -#}
    {%- if target.type != 'duckdb' -%}
        {{ return({'errors': [], 'warnings': []}) }}
    {%- elif not run_query(
        "select 1 as n from duckdb_functions() where function_name = '" ~ function ~ "'"
    ).rows -%}
        {{ return({'errors': [
            'profiles.yml: the profile lacks the plugin that checks policy and raw data. Fix: add'
            ~ ' these lines to its output, beside `type: duckdb`:'
            ~ '\n      module_paths: [python]\n      plugins:'
            ~ '\n        - module: customer_health.dbt_plugin'
        ], 'warnings': []}) }}
    {%- endif -%}
    {%- set arguments = [absolute_path(path), tojson(details)] | map('replace', "'", "''") | join("', '") -%}
    {%- set answer = run_query('select ' ~ function ~ "('" ~ arguments ~ "') as problems") -%}
    {{ return(fromjson(answer.rows[0][0].replace(project_folder() ~ '/', ''))) }}
{%- endmacro %}
