{% macro raw_table(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set vendors, models = var('vendors').get(source_name, []), {} -%}
    {%- for vendor in ([vendors] if vendors is string else vendors)
        if (source_name, table_name) in raw_tables(vendor) -%}
        {%- set model_name = 'raw_' ~ vendor ~ '__' ~ table_name -%}
        {#- neither the freshness of a source nor the end of a run may refer to a model -#}
        {%- set built = none if source_node is defined or model.resource_type == 'operation' else ref(model_name) -%}
        {%- do models.update({'model.customer_health.' ~ model_name: built}) -%}
    {%- endfor -%}
    {%- if not execute -%}
        {{ return({'sql': none, 'types': {}, 'columns': [], 'time_column': none}) }}
    {%- endif -%}
    {%- set found, name = looked_up('raw tables' ~ (source_node is defined)), source_name ~ '.' ~ table_name -%}
    {%- if name not in found -%}
        {%- set node, parts, types = graph.sources['source.customer_health.' ~ name], [], {} -%}
        {%- set sql = none if models else raw_files(node) if var('raw_path') else load_relation(relation) -%}
        {%- for rows in models or ([sql] if sql else []) -%}
            {#- a vendor's model says what it gives before it is built -#}
            {%- set shape = '(' ~ render(graph.nodes[rows].raw_code) ~ ')' if models else rows -%}
            {%- set types_of_part = {} -%}
            {%- for column in run_query('describe select * from ' ~ shape).rows if not is_empty(shape) -%}
                {%- do types_of_part.update({column[0] | lower: kind_of_type(column[1] | lower)}) -%}
            {%- endfor -%}
            {%- for column, kind in types_of_part.items() if kind -%}
                {%- do types.update({column: kind if types.get(column, kind) == kind else 'varchar'}) -%}
            {%- endfor -%}
            {%- do parts.append({'rows': (models.get(rows) or shape) | string, 'types': types_of_part})
                if types_of_part -%}
        {%- endfor -%}
        {%- set more = custom_fields() if name == 'crm.accounts' or node.config.meta.custom_fields else [] -%}
        {%- set more = more + ([{'name': 'left_out', 'data_type': 'varchar', 'meta': {}}]
            if models and 'left_out' in types else []) -%}
        {%- set raw_names, columns, left_out, is_vendor = {}, [], [], 'staging/vendors' in node.original_file_path -%}
        {%- for row in policy_rows('vendor_columns') if row.vendor ~ '.' ~ row.vendor_table == name -%}
            {%- do raw_names.update({row.column_name: row.raw_column}) -%}
        {%- endfor -%}
        {%- for declared in node.columns.values() | list + more -%}
            {%- set raw_name = raw_names.get(declared.name, declared.get('raw_name', declared.meta.get('raw_name'))) -%}
            {#- a column, or a field of a JSON column such as properties.company_id or groups.org[0] -#}
            {%- set holder, _, field = (raw_name or '').partition('.') -%}
            {%- set is_field = field and raw_name | lower not in types and holder | lower in types -%}
            {%- set kind = 'varchar' if is_field else types.get((raw_name or declared.name) | lower) -%}
            {%- set key, bracket, position = field.partition('[') -%}
            {%- set json = 'try_cast(' ~ holder ~ ' as json)' -%}
            {%- set raw_sql = json_text(json, "'" ~ '"' ~ key ~ '"' ~ bracket ~ position ~ "'") if is_field
                else adapter.quote(raw_name | lower) if raw_name else none -%}
            {%- set is_number = kind in ['double', 'bigint', 'integer', 'decimal'] -%}
            {%- do columns.append(dict(declared, raw_sql=raw_sql, delivered=kind, is_number=is_number)) -%}
            {%- for reason in [declared.meta.left_out, declared.meta.left_out_unless] if reason and kind -%}
                {%- set unless = ' not' if not declared.meta.left_out -%}
                {%- do left_out.append(' when' ~ unless ~ ' typed.' ~ declared.name ~ " then '" ~ reason ~ "'") -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set selects = [] -%}
        {%- for part in parts -%}
            {%- set values = [] -%}
            {%- for column in types -%}
                {%- do values.append(('' if part.types.get(column) else 'null as ') ~ adapter.quote(column)) -%}
            {%- endfor -%}
            {%- do selects.append('select ' ~ values | join(', ') ~ ' from ' ~ part.rows) -%}
        {%- endfor -%}
        {%- set delivered = '(' ~ selects | join(' union all ') ~ ')' if selects[1:]
            else parts[0].rows if parts else none -%}
        {%- set read = {'sql': delivered, 'columns': columns, 'tombstones': var('tombstones'),
            'id_case': var('id_case')} -%}
        {%- set without_erased = "rows_without_erased('" ~ tojson(read) | replace("'", "''") ~ "')" -%}
        {%- do found.update({name: {
            'sql': run_query('select ' ~ without_erased ~ ' as sql').rows[0][0]
                if parts and var('tombstones') and not is_vendor else delivered,
            'delivered_sql': delivered,
            'types': types,
            'columns': columns,
            'is_vendor': is_vendor,
            'left_out': 'case' ~ left_out | join ~ ' when false then null end' if is_vendor
                else 'typed.left_out' if models and 'left_out' in types,
            'time_column': node.config.meta.get('time_column'),
        }}) -%}
    {%- endif -%}
    {{ return(found[name]) }}
{%- endmacro %}

{% macro raw_files(node) -%}
    {%- set folder = absolute_path(var('raw_path')) -%}
    {%- set stem = (folder ~ '/' ~ node.source_name ~ '/' ~ node.name)
        | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") -%}
    {#- a '=' above the table is no column of it -#}
    {%- set options = 'union_by_name = true' ~ (', hive_partitioning = false' if '=' in folder else '') -%}
    {%- for format in ['parquet', 'csv'] if format == 'parquet' or 'staging/vendors' in node.original_file_path -%}
        {%- for pattern in [stem ~ '.' ~ format ~ '/**/*.' ~ format, stem ~ '.' ~ format, stem ~ '/**/*.' ~ format]
            if not is_empty("glob('" ~ pattern ~ "')") -%}
            {%- set dialect = run_query("select ', ' || csv_options(line) from read_csv('" ~ pattern ~ "', delim = '',"
                ~ " quote = '', escape = '', columns = {'line': 'varchar'}, header = false, auto_detect = false,"
                ~ ' strict_mode = false) limit 1').rows[0][0] if format == 'csv' else '' -%}
            {{ return('read_' ~ format ~ "('" ~ pattern ~ "', " ~ options ~ dialect ~ ')') }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{% macro is_empty(relation) -%}
    {{ return(run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length == 0) }}
{%- endmacro %}

{% macro raw_rows(source_name, table_name, keep_raw=false, since=none, earlier_copies=true, only_column=none,
    matched=false) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set found = ['ids', 'domains'] if 'account_domain' in table.types else ['ids'] -%}
    {%- set by_hand = policy_rows('account_matches') | selectattr('source_name', 'in', (none, source_name)) | list -%}
    {%- set is_matched = matched and (keep_raw or found[1:] or by_hand or not execute) -%}
    {%- for condition in raw_conditions(source_name, table_name, since, earlier_copies) -%}
    select
        {% for column in table.columns if only_column in (none, column.name) -%}
        {% set value = 'typed.' ~ column.name -%}
        {% if column.meta.get('is_account') and is_matched -%}
        {% set known = found | join('.account_id, ') ~ '.account_id' -%}
        coalesce({{ known }}, {{ clean_id(value) }}{{ ', domains.domain_names' if found[1:] }}) as account_id,
        coalesce({{ known }}) as known_account_id,
        coalesce({{ found | join('.matched_by, ') }}.matched_by) as matched_by,
        {% elif column.name == 'account_domain' and is_matched and found[1:] -%}
        domains.domain_names as account_domain,
        {% elif column.meta.get('id') -%}
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
        {% if keep_raw and table.is_vendor -%}
        {{ table.left_out }} as left_out,
        {% endif -%}
        1 as n_rows
    from {{ typed_rows(source_name, table_name, only_column, keep_raw) }}
    {% if is_matched -%}
    left join {{ ref('stg_known_accounts__matches') }} as ids
        on ids.source_name = '{{ source_name }}' and ids.kind = 'id' and {{ clean_id('typed.account_id') }} = ids.known_as
    {% endif %}{% if is_matched and (found[1:] or not execute) -%}
    left join {{ ref('stg_known_accounts__domains') }} as domains
        on domains.place = '{{ source_name ~ '.' ~ table_name }}' and typed.account_domain = domains.delivered
    {% endif -%}
    where {{ condition }}{{ ' and ' ~ table.left_out ~ ' is null' if table.left_out and not keep_raw }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{% macro typed_rows(source_name, table_name, only_column=none, keep_raw=false) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set read = [only_column, table.time_column, 'known_at', 'left_out'] -%}
    {%- set columns = table.columns | selectattr('name', 'in', read) | list if only_column else table.columns -%}
    (
        select
            {% for column in columns -%}
            {{ typed_value(column) }} as {{ column.name }}{{ ',' if keep_raw or not loop.last }}
            {% if keep_raw -%}
            {{ 'raw.' ~ column.name if column.delivered else 'null' }} as raw_{{ column.name }}
            {{- ',' if not loop.last }}
            {% endif -%}
            {% endfor %}
        from (
            select
                {% for column in columns if column.raw_sql and column.delivered -%}
                {{ column.raw_sql }} as {{ column.name }},
                {% endfor -%}
                {#- the number that a delivered time is, or that its text spells #}
                {% for column in columns if column.data_type in ('date', 'timestamp') -%}
                {% set raw = column.raw_sql or column.name -%}
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
