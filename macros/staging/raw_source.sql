{#- Reads a raw table as the raw contract (models/staging/*/_*__sources.yml) declares it, wherever it lies. -#}

{% macro raw_table(source_name, table_name) -%}
    {#- A raw table as declared and as it lies there; nothing is known while dbt parses:
          sql          what to write after `from`: files below var raw_path, or the table that source()
                       names, without who was erased; none if it is absent or empty
          delivered_sql  the same with them
          types        {delivered column: kind of its type}
          columns      [{name, data_type, meta, delivered (kind of type it came in, or none), is_number}]; custom
                       fields, too, with their raw_name
          time_column  the one that says when a row's fact happened, if there is one -#}
    {%- set relation = source(source_name, table_name) -%}
    {%- if not execute -%}
        {{ return({'sql': none, 'types': {}, 'columns': [], 'time_column': none}) }}
    {%- endif -%}
    {%- set found, name = looked_up('raw tables'), source_name ~ '.' ~ table_name -%}
    {%- if name not in found -%}
        {%- set sql = raw_files(source_name, table_name) if var('raw_path') else load_relation(relation) -%}
        {%- set types, columns = {}, [] -%}
        {%- if sql and not is_empty(sql) -%}
            {%- for row in run_query('describe select * from ' ~ sql).rows -%}
                {%- do types.update({row[0] | lower: kind_of_type(row[1] | lower)}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set node = graph.sources['source.customer_health.' ~ name] -%}
        {%- for column in node.columns.values() | list + (custom_fields() if name == 'crm.accounts' else []) -%}
            {%- set kind = types.get(column.get('raw_name', column.name)) -%}
            {%- set is_number = kind in ['double', 'bigint', 'integer', 'decimal'] -%}
            {%- do columns.append(dict(column, delivered=kind, is_number=is_number)) -%}
        {%- endfor -%}
        {%- set delivered = sql | string if types else none -%}
        {%- do found.update({name: {
            'sql': without_erased(delivered, columns) if delivered and var('tombstones') else delivered,
            'delivered_sql': delivered,
            'types': types,
            'columns': columns,
            'time_column': node.config.meta.get('time_column'),
        }}) -%}
    {%- endif -%}
    {{ return(found[name]) }}
{%- endmacro %}

{% macro without_erased(sql, columns) -%}
    {#- What to write after `from` for a raw table without who was erased: python/customer_health/privacy says. -#}
    {%- set table = {'sql': sql, 'columns': columns, 'tombstones': var('tombstones'), 'id_case': var('id_case')} -%}
    {%- set call = "rows_without_erased('" ~ tojson(table) | replace("'", "''") ~ "')" -%}
    {{ return(run_query('select ' ~ call ~ ' as sql').rows[0][0]) }}
{%- endmacro %}

{% macro raw_files(source_name, table_name) -%}
    {#- What to write after `from` for a table's Parquet files, which only DuckDB reads; none if there are none. A
        path is a pattern to it, so what has a meaning there stands in brackets. Spark gives a folder the name of
        a file. -#}
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
    {#- Select of a raw table's rows with the declared columns, typed; none of an absent table.
        keep_raw: also raw_<column>, as delivered, and is_unreadable_<column>.
        since: date as text; only rows that a build of the days from it on has to see, and with
        earlier_copies what was delivered before of rows that have come again since.
        only_column: the one declared column to select. -#}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- for condition in raw_conditions(source_name, table_name, since, earlier_copies) -%}
    select
        {% for column in table.columns if only_column in (none, column.name) -%}
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
    {#- What to write after `from` for a raw table's rows: each declared column x as typed.x, read as its type (ids
        and fillers as they come), and as raw_x. only_column: to read beside those that raw_conditions asks for. -#}
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
    {#- The rows of a raw table that matter to the days from `since` on, as conditions on typed_rows of which a row
        meets one at most: those that happened or became known since, those without a time, and earlier_copies
        of rows delivered again since. Each is plain, so that the engine skips parts of a file that cannot meet
        it. -#}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- if since is none or since == all_days() or not table.sql -%}
        {{ return(['true']) }}
    {%- endif -%}
    {%- set happened = 'typed.' ~ table.time_column -%}
    {#- a literal without a type takes the column's -#}
    {%- set first_time = "'" ~ since ~ "'" -%}
    {%- set past, filler = happened ~ ' < ' ~ first_time, '(' ~ is_sentinel(happened) ~ ')' -%}
    {%- set before = past ~ ' and not ' ~ filler -%}
    {%- set conditions = [happened ~ ' >= ' ~ first_time, happened ~ ' is null', past ~ ' and ' ~ filler] -%}
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
