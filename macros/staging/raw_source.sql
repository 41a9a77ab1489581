{#- Reads a raw table as the raw contract (models/staging/*/_*__sources.yml) declares it, wherever it lies. -#}

{% macro raw_table(source_name, table_name) -%}
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
        {%- set read = {
            'sql': delivered, 'columns': columns, 'tombstones': var('tombstones'), 'id_case': var('id_case'),
        } -%}
        {%- set without_erased = "rows_without_erased('" ~ tojson(read) | replace("'", "''") ~ "')" -%}
        {%- do found.update({name: {
            'sql': run_query('select ' ~ without_erased ~ ' as sql').rows[0][0]
                if delivered and var('tombstones') else delivered,
            'delivered_sql': delivered,
            'types': types,
            'columns': columns,
            'time_column': node.config.meta.get('time_column'),
        }}) -%}
    {%- endif -%}
    {{ return(found[name]) }}
{%- endmacro %}

{% macro raw_files(source_name, table_name) -%}
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
    {{ return(run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length == 0) }}
{%- endmacro %}

{% macro raw_rows(
    source_name, table_name, keep_raw=false, since=none, earlier_copies=true, only_column=none
) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- for condition in raw_conditions(source_name, table_name, since, earlier_copies) -%}
    select
        {% for column in table.columns if only_column in (none, column.name) -%}
        {% set value = 'typed.' ~ column.name -%}
        {% if column.meta.get('id') -%}
        {{ clean_id(value) }} as {{ column.name }},
        {% elif column.data_type in ('date', 'timestamp') and column.delivered -%}
        case when ({{ is_sentinel(value) }})
            {%- if column.meta.may_be_far_off %} and {{ value }} <= typed.{{ column.meta.not_before }}{% endif %}
            then null else {{ value }} end as {{ column.name }},
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
    {%- for column in key -%}
    coalesce(cast({{ column }} as varchar), ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
