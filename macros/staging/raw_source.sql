{% macro raw_table(source_name, table_name) -%}
    {%- set relation, models, connections = source(source_name, table_name), {}, [] -%}
    {%- for named_for, named in var('vendors').items() -%}
        {%- for connection in ([named] if named is string else named)
            if source_name in (named_for, connection.split('_')[0]) and connection not in connections -%}
            {%- do connections.append(connection) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for connection in connections if (source_name, table_name) in raw_tables(connection) -%}
        {%- set model_name = 'raw_' ~ connection.split('_')[0] ~ '__' ~ table_name -%}
        {#- neither the freshness of a source nor the end of a run may refer to a model -#}
        {%- set built = none if source_node is defined or model.resource_type == 'operation' else ref(model_name) -%}
        {%- do models.setdefault('model.customer_health.' ~ model_name, {'built': built, 'origin': connection}) -%}
    {%- endfor -%}
    {%- if not execute -%}
        {{ return({'sql': none, 'types': {}, 'columns': [], 'connections': connections, 'time_column': none}) }}
    {%- endif -%}
    {%- set found, name = looked_up('raw tables' ~ (source_node is defined)), source_name ~ '.' ~ table_name -%}
    {%- if name not in found -%}
        {%- set node, parts, types = graph.sources['source.customer_health.' ~ name], [], {} -%}
        {%- set is_vendor, raw_names, columns = 'staging/vendors' in node.original_file_path, {}, [] -%}
        {%- set own_ids, left_out, selects = [], [], [] -%}
        {%- for row in policy_rows('vendor_columns') if row.vendor ~ '.' ~ row.vendor_table == name -%}
            {%- do raw_names.update({row.column_name: row.raw_column}) -%}
        {%- endfor -%}
        {%- for declared in node.columns.values() if declared.meta.id and not declared.meta.shared
            and (is_vendor or declared.meta.key) -%}
            {%- do own_ids.append(raw_names.get(declared.name, declared.name) | lower) -%}
        {%- endfor -%}
        {%- for place in models or (connections if is_vendor else [source_name]) -%}
            {%- set types_of_part, is_further = {}, not loop.first -%}
            {#- a vendor's model says what it gives before it is built -#}
            {%- set shape = '(' ~ render(graph.nodes[place].raw_code) ~ ')' if models
                else raw_files(node, place) if var('raw_path') else adapter.get_relation(
                    var(place ~ '_database', node.database), var(place ~ '_schema', place), node.identifier) -%}
            {%- set described = run_query('describe select * from ' ~ shape) if shape and not is_empty(shape) -%}
            {%- for column in (described.rows if described else []) -%}
                {%- do types_of_part.update({column[0] | lower: kind_of_type(column[1] | lower)}) -%}
            {%- endfor -%}
            {%- for column, kind in types_of_part.items() if kind and not (is_vendor and column == 'source_relation') -%}
                {%- set is_same = types.get(column, kind) == kind and not (is_further and column in own_ids) -%}
                {%- do types.update({column: kind if is_same else 'varchar'}) -%}
            {%- endfor -%}
            {%- set known = models.get(place, {'built': none, 'origin': place}) -%}
            {%- do parts.append({'rows': (known.built or shape) | string, 'types': types_of_part,
                'origin': known.origin, 'is_further': is_further}) if types_of_part -%}
        {%- endfor -%}
        {%- do types.update({'source_relation': 'varchar'}) if is_vendor and parts and connections[1:] -%}
        {%- set more = custom_fields() if name == 'crm.accounts' or node.config.meta.custom_fields else [] -%}
        {%- for added in (['left_out'] if models and 'left_out' in types else [])
            + (['source_relation'] if is_vendor or (models and connections[1:]) else []) -%}
            {%- do more.append({'name': added, 'data_type': 'varchar', 'meta': {}}) -%}
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
        {%- for part in parts -%}
            {%- set values = [] -%}
            {%- for column in types -%}
                {%- set raw, kind = adapter.quote(column), part.types.get(column) -%}
                {%- set text = typed_value({'name': raw, 'data_type': 'varchar', 'delivered': kind, 'meta': {}}) -%}
                {%- set id = "'" ~ part.origin ~ ":' || " ~ without_zero_decimals(text) -%}
                {%- set origin = "'" ~ part.origin ~ "'" if models or part.is_further else 'cast(null as varchar)' -%}
                {%- do values.append((
                    ('coalesce(raw.source_relation, ' ~ origin ~ ')' if models else origin)
                    if column == 'source_relation' else 'null' if not kind
                    else id if part.is_further and column in own_ids else text if kind != types[column] else raw
                ) ~ ' as ' ~ raw) -%}
            {%- endfor -%}
            {%- do selects.append('select ' ~ values | join(', ') ~ ' from ' ~ part.rows ~ ' as raw') -%}
        {%- endfor -%}
        {%- set delivered = '(' ~ selects | join(' union all ') ~ ')' if parts and (parts[1:] or connections[1:])
            else parts[0].rows if parts else none -%}
        {%- set read = dict(sql=delivered, columns=columns, tombstones=var('tombstones'), id_case=var('id_case')) -%}
        {%- set without_erased = "rows_without_erased('" ~ tojson(read) | replace("'", "''") ~ "')" -%}
        {%- do found.update({name: {
            'sql': run_query('select ' ~ without_erased ~ ' as sql').rows[0][0]
                if parts and var('tombstones') and not is_vendor else delivered,
            'delivered_sql': delivered,
            'types': types, 'columns': columns, 'connections': connections, 'is_vendor': is_vendor,
            'left_out': 'case' ~ left_out | join ~ ' when false then null end' if is_vendor
                else 'typed.left_out' if models and 'left_out' in types,
            'time_column': node.config.meta.get('time_column'),
        }}) -%}
    {%- endif -%}
    {{ return(found[name]) }}
{%- endmacro %}

{% macro raw_files(node, folder_name) -%}
    {%- set folder = absolute_path(var('raw_path')) -%}
    {%- set stem = (folder ~ '/' ~ folder_name ~ '/' ~ node.name)
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
