{#- The raw contract (models/staging/*/_*__sources.yml) is code: these macros read a raw table as the
    contract declares it, wherever it lies. -#}

{% macro raw_table(source_name, table_name) -%}
    {#- A raw table as the contract declares it and as it lies there:
          sql          what to write after `from`; none if the table is absent or empty. Parquet below var
                       raw_path, or else the table that source() names
          types        {delivered column: kind of its type}
          columns      those of the contract, and of the policy (custom_fields): a list of {name, data_type,
                       meta, delivered, is_number}, with delivered the kind of type the column came in, none
                       if it did not come
          time_column  the one that says when a row's fact happened, if there is one
        While dbt parses nothing is known of either. -#}
    {%- set relation = source(source_name, table_name) -%}
    {%- if not execute -%}
        {{ return({'sql': none, 'types': {}, 'columns': [], 'time_column': none}) }}
    {%- endif -%}
    {%- set found = looked_up('raw tables') -%}
    {%- set name = source_name ~ '.' ~ table_name -%}
    {%- if name not in found -%}
        {%- set sql = raw_files(source_name, table_name) if var('raw_path') else load_relation(relation) -%}
        {%- set types = {} -%}
        {%- if sql and not is_empty(sql) -%}
            {%- for row in run_query('describe select * from ' ~ sql).rows -%}
                {%- do types.update({row[0] | lower: kind_of_type(row[1] | lower)}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- for node in graph.sources.values()
            if node.source_name == source_name and node.name == table_name -%}
            {%- set table = contract_of(node) -%}
            {%- if name == 'crm.accounts' -%}
                {%- do table.columns.extend(custom_fields()) -%}
            {%- endif -%}
            {%- do table.update({'sql': sql | string if types else none, 'types': types}) -%}
            {%- for column in table.columns -%}
                {%- set kind = types.get(column.get('raw_name', column.name)) -%}
                {%- do column.update({
                    'delivered': kind, 'is_number': kind in ['double', 'bigint', 'integer', 'decimal'],
                }) -%}
            {%- endfor -%}
            {%- do found.update({name: table}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found[name]) }}
{%- endmacro %}

{% macro contract_of(node) -%}
    {#- {columns, time_column} of a source in dbt's graph; see raw_table. -#}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'meta': column.get('config', {}).get('meta', {}) or column.meta,
        }) -%}
    {%- endfor -%}
    {{ return({
        'columns': columns,
        'time_column': node.config.meta.get('time_column') or node.meta.get('time_column'),
    }) }}
{%- endmacro %}

{% macro raw_files(source_name, table_name) -%}
    {#- What to write after `from` for a table's Parquet files below var raw_path, which only DuckDB reads; none if
        there are none. A path is a pattern to it, so what has a meaning there stands in brackets. The
        folder of a table may have the name of a file: Spark writes it so. -#}
    {%- set folder = absolute_path(var('raw_path')) -%}
    {%- set stem = (folder ~ '/' ~ source_name ~ '/' ~ table_name)
        | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") -%}
    {#- a '=' above the table is no column of it -#}
    {%- set options = 'union_by_name = true' ~ (', hive_partitioning = false' if '=' in folder else '') -%}
    {%- for pattern in [stem ~ '.parquet/**/*.parquet', stem ~ '.parquet', stem ~ '/**/*.parquet']
        if not is_empty("glob('" ~ pattern ~ "')") -%}
        {{ return("read_parquet('" ~ pattern ~ "', " ~ options ~ ')') }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro is_empty(relation) -%}
    {#- Whether a relation (what stands after `from`) has no row. -#}
    {{ return(run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length == 0) }}
{%- endmacro %}

{% macro raw_rows(
    source_name, table_name, keep_raw=false, since=none, earlier_copies=true, only_column=none
) -%}
    {#- Select of a raw table's rows with the declared columns, typed. An absent table gives no rows.
        keep_raw adds, for every column, raw_<column> as it was delivered, for the quarantine to show,
        and is_unreadable_<column>, which tells a value that could not be read from one that is missing.
        since: date as text; only the rows that a build of the days from it on has to see, and with
        earlier_copies what was delivered before of rows that have come again since.
        only_column: the one declared column to select, if not all are wanted. -#}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- for condition in raw_conditions(source_name, table_name, since, earlier_copies) -%}
    select
        {% for column in table.columns if only_column in (none, column.name) -%}
        {#- an id in one spelling, and no time that stands for "none" -#}
        {% set value = 'typed.' ~ column.name -%}
        {% if column.meta.get('id') -%}
        {{ clean_id(value) }} as {{ column.name }},
        {% elif column.data_type in ('date', 'timestamp') and column.delivered -%}
        case when {{ is_sentinel(value) }} then null else {{ value }} end as {{ column.name }},
        {% else -%}
        {{ value }} as {{ column.name }},
        {% endif -%}
        {% if keep_raw -%}
        raw_{{ column.name }},
        {{ is_unreadable(column) }} as is_unreadable_{{ column.name }},
        {% endif -%}
        {% endfor -%}
        1 as n_rows
    from {{ typed_rows(source_name, table_name, only_column) }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{% macro typed_rows(source_name, table_name, only_column=none) -%}
    {#- What to write after `from` for the rows of a raw table with each declared column x as typed.x, read
        as its type, and as raw_x, as delivered. Ids and fillers are still as delivered.
        only_column: the one to read, beside those that raw_conditions asks for. -#}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set read = [only_column, table.time_column, 'known_at'] -%}
    {%- set columns = table.columns | selectattr('name', 'in', read) | list if only_column else table.columns -%}
    (
        select
            {% for column in columns -%}
            {{ typed_value(column) }} as {{ column.name }},
            {{ 'raw.' ~ column.name if column.delivered else 'cast(null as varchar)' }} as raw_{{ column.name }}
            {{- ',' if not loop.last }}
            {% endfor %}
        from (
            select
                {% for column in columns if column.raw_name and column.delivered -%}
                {{ adapter.quote(column.raw_name) }} as {{ column.name }},
                {% endfor -%}
                {#- the number that a delivered time is, or that its text spells #}
                {% for column in columns if column.data_type in ('date', 'timestamp') -%}
                {% set raw = adapter.quote(column.raw_name) if column.raw_name else column.name -%}
                {% if column.is_number -%}
                {{ finite_number(raw) }} as number_{{ column.name }},
                {% elif column.delivered not in (none, 'nested', 'date', 'timestamp', 'instant') -%}
                {{ whole_number('cast(' ~ raw ~ ' as varchar)') }} as number_{{ column.name }},
                {% endif -%}
                {% endfor -%}
                *
            from {{ table.sql or '(select 1 as absent where false) as absent' }}
        ) as raw
    ) as typed
{%- endmacro %}

{% macro raw_conditions(source_name, table_name, since, earlier_copies) -%}
    {#- The rows of a raw table of dated facts that matter to the days from `since` on, as conditions on
        typed_rows of which a row meets one at most: those that happened or became known since, those
        without a time, and earlier_copies of those that happened before and were delivered (again) since.
        Each is plain enough for the engine to skip the parts of a file, or of a table, that cannot meet
        it. -#}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- if since is none or since == all_days() or not table.sql -%}
        {{ return(['true']) }}
    {%- endif -%}
    {%- set happened = 'typed.' ~ table.time_column -%}
    {#- of no type, so that it takes the column's and not the column its own -#}
    {%- set first_time = "'" ~ since ~ "'" -%}
    {%- set before = happened ~ ' < ' ~ first_time ~ ' and not (' ~ is_sentinel(happened) ~ ')' -%}
    {%- set conditions = [
        happened ~ ' >= ' ~ first_time,
        happened ~ ' is null',
        happened ~ ' < ' ~ first_time ~ ' and (' ~ is_sentinel(happened) ~ ')',
    ] -%}
    {%- if 'known_at' in table.types -%}
        {#- a filler says nothing of when a row was known -#}
        {%- set is_filler = is_sentinel('typed.known_at') -%}
        {%- set late = before ~ ' and typed.known_at >= ' ~ first_time ~ ' and not (' ~ is_filler ~ ')' -%}
        {%- do conditions.append(late) -%}
        {%- set rows = typed_rows(source_name, table_name) -%}
        {%- set earliest = run_query(
            'select min(' ~ happened ~ ') from ' ~ rows ~ ' where ' ~ late
        ).rows[0][0] if earlier_copies -%}
        {%- if earliest -%}
            {%- set keys = [] -%}
            {%- for column in table.columns if column.meta.get('key') -%}
                {%- set key = 'typed.' ~ column.name -%}
                {%- do keys.append(clean_id(key) if column.meta.get('id') else key) -%}
            {%- endfor -%}
            {#- rows without a key are no copies of one another -#}
            {%- set key = 'nullif(' ~ row_key(keys) ~ ", '')" -%}
            {%- do conditions.append(
                before ~ ' and ' ~ happened ~ " >= '" ~ (earliest | string)[:10]
                ~ "' and (typed.known_at is null or typed.known_at < " ~ first_time ~ ' or ' ~ is_filler
                ~ ') and ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ rows ~ ' where ' ~ late ~ ')'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(conditions) }}
{%- endmacro %}

{% macro row_key(key) -%}
    {#- The columns of a key as one text: joined with '|', null as nothing. -#}
    {%- for column in key -%}
    coalesce(cast({{ column }} as varchar), ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
