{% macro judged_raw_rows(source_name, table_name, check_accounts=true, keep_spelling=[], since=none,
    only_contested=false) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set columns, time_column = table.columns, table.time_column -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- set left_behind = columns | selectattr('meta.personal', 'defined') | rejectattr('field', 'defined')
        | map(attribute='name') | list -%}
    {%- set keys = columns | selectattr('meta.key', 'defined') | map(attribute='name') | list -%}
    {%- set worded = columns | selectattr('meta.vocabulary', 'defined') | list -%}
    {%- set is_known_later = keys and 'known_at' in names and time_column -%}
    {%- set checks = raw_checks(columns, check_accounts) -%}
    {%- set row_checks = checks | selectattr('refuses_row') | list -%}
    {%- set cell_checks = checks | rejectattr('refuses_row') | list -%}
    {%- set checked_cells = cell_checks | map(attribute='column') | unique | list -%}
    {#- whose dates go into the SQL as text -#}
    {%- do ref('sentinel_dates') -%}

    {#- JSON knows no NaN, and DuckDB's no time of nanoseconds -#}
    {%- set shown = {} -%}
    {%- for column in columns if column.delivered and not column.meta.get('personal') -%}
        {%- set raw, text = 'raw_' ~ column.name, 'cast(raw_' ~ column.name ~ ' as varchar)' -%}
        {#- some companies use e-mail addresses as ids -#}
        {%- do shown.update({column.name: raw if column.delivered in ('bigint', 'boolean')
            else "case when " ~ text ~ " like '%_@_%' then '(e-mail address)' else " ~ text ~ " end"}) -%}
    {%- endfor -%}

    with horizon as (
        select data_end_date from {{ ref('stg_calendar__horizon') }}
    ),

    vocabularies as (
        select vocabulary, raw_value, value from {{ ref('vocabularies') }}
    ),

    typed as (
        {{ raw_rows(source_name, table_name, keep_raw=true, since=since, matched=check_accounts) }}
    ),

    checked as (
        select {{ 'typed.known_account_id, typed.matched_by,' if check_accounts }}
            {% for column in columns -%}
            {{ 'words_' ~ column.name ~ '.value as ' if column in worded else 'typed.' }}{{ column.name }},
            typed.raw_{{ column.name }},
            {% endfor -%}
            {% for cell in checked_cells -%}
            case
                {% for check in cell_checks if check.column == cell -%}
                when {{ check.condition }} then {{ check.reason }}
                {% endfor -%}
            end as {{ cell }}_reason,
            {% endfor -%}
            case
                {% for check in row_checks -%}
                when {{ check.condition }} then '{{ check.column }}=' || {{ check.reason }}
                {% endfor -%}
                when false then ''
            end as fault
        from typed
        cross join horizon
        {%- for column in worded %}
        left join vocabularies as words_{{ column.name }}
            on
                words_{{ column.name }}.vocabulary = '{{ column.meta.vocabulary }}'
                and words_{{ column.name }}.raw_value = lower(typed.{{ column.name }})
        {%- endfor %}
    ),

    judged as (
        select {{ 'known_account_id, matched_by,' if check_accounts }}
            {% for name in names -%}
            {{ 'case when ' ~ name ~ '_reason is null then ' ~ name ~ ' end'
                if name in checked_cells else name }} as {{ name }},
            raw_{{ name }},
            {% endfor -%}
            nullif(
                ''
                {%- for cell in checked_cells %}
                || coalesce('{{ cell }}=' || {{ cell }}_reason || ';', '')
                {%- endfor -%},
                ''
            ) as refused_cells,
            fault
        from checked
    ),

    {% if only_contested -%}
    -- a hash that two keys share only lets rows be judged that need not be
    repeated_keys as (
        select {{ short_hash(keys[0]) }} as key_hash
        from {% if window_start() != all_days() %}typed{% else %}(
            -- all history is read twice rather than kept
            {{ raw_rows(source_name, table_name) }}
        ) as delivered{% endif %}
        group by 1
        having count(*) > 1
    ),

    {% endif -%}
    ranked as (
        select
            *,
            {% if is_known_later -%}
            -- delivered again, a row is known from its first delivery on
            case
                when known_at is not null
                    then min(coalesce(known_at, cast({{ time_column }} as timestamp))) over (
                        partition by (fault is null), {{ keys | join(', ') }}
                    )
            end as first_known_at,
            {% endif -%}
            {% if keys -%}
            row_number() over (
                partition by (fault is null), {{ keys | join(', ') }}
                order by
                    {% if is_known_later -%}
                    coalesce(known_at, {{ time_column }}) desc nulls last,
                    {% endif -%}
                    {% for name in names if name not in keys -%}
                    {{ name }} desc nulls last,
                    {% endfor -%}
                    -- copies that differ only in how an id is spelled
                    {% for column in columns if column.meta.get('id') -%}
                    raw_{{ column.name }},
                    {% endfor -%}
                    -- nothing refused, first
                    refused_cells nulls first
            ) as copy_number
            {%- else -%}
            1 as copy_number
            {%- endif %}
        from judged
        {% if only_contested -%}
        where
            fault is not null
            or refused_cells is not null
            or {{ short_hash(keys[0]) }} in (select key_hash from repeated_keys)
        {%- endif %}
    ),

    final as (
        select {{ 'matched_by,' if check_accounts }}
            {% for name in names if name not in left_behind -%}
            {{ 'first_known_at as ' if name == 'known_at' and is_known_later }}
            {{- 'case when known_account_id is null then ' ~ name ~ ' end as '
                if check_accounts and name in ['account_domain', 'account_name'] }}{{ name }},
            {% endfor -%}
            {% for name in keep_spelling -%}
            trim(cast(raw_{{ name }} as varchar)) as {{ name }}_as_delivered,
            {% endfor -%}
            case
                when fault is not null then {{ dbt.split_part('fault', "'='", 2) }}
                when copy_number > 1 then 'duplicate key'
            end as quarantine_reason,
            case
                when fault is not null then {{ dbt.split_part('fault', "'='", 1) }}
                when copy_number > 1 then '{{ keys | join(", ") }}'
            end as quarantine_column,
            case when fault is null and copy_number = 1 then refused_cells end as refused_cells,
            {% if since is not none -%}
            -- rows without a time are read, and replaced, by every build
            case when {{ time_column }} is not null then {{ known_date('known_at', time_column) }} end
                as delivered_date,
            {% endif -%}
            {{ row_key(keys) or "''" }} as row_key,
            {% if shown -%}
            case
                when fault is not null or copy_number > 1 or refused_cells is not null
                    then cast(to_json({{ struct_of(shown) }}) as varchar)
            end as raw_row
            {%- else -%}
            '{}' as raw_row
            {%- endif %}
        from ranked
    )

    select * from final
{%- endmacro %}
