{% macro judged_raw_rows(
    source_name, table_name, horizon, vocabularies, accounts=none, keep_spelling=[], since=none,
    only_contested=false
) -%}
    {#- Every row of a raw table, typed, with the verdict on it: quarantine_reason is null for a row
        that staging accepts, else the first reason against it, and quarantine_column the column at
        fault; row_key joins the key columns with '|'. The checks are the contract's (meta of the columns):
          id            can be decoded              key, required  not null (key: nullable may be)
          not_negative  not below zero              not_in_future  not after the sources' end
          is_account    an account we know          vocabulary     a word of that vocabulary
        Of several rows with one key the one known last is accepted, as known from the first.
        horizon, vocabularies, accounts: the relations to check against.
        keep_spelling: id columns to give as <column>_as_delivered as well.
        since: as for raw_rows; gives each row a delivered_date, the day it became known by itself.
        only_contested: of a table too large to be written twice, only the rows that are refused and all
        copies of keys that come more than once. -#}
    {%- set columns = contract_columns(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set types = table.types if table else {} -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- set keys = columns | selectattr('meta.key', 'defined') | map(attribute='name') | list -%}
    {%- set worded = columns | selectattr('meta.vocabulary', 'defined') | list -%}
    {%- set time_column = raw_time_column(source_name, table_name) -%}

    {#- the raw row as the quarantine shows it: what was delivered, less what is personal -#}
    {%- set shown = {} -%}
    {%- for column in columns if column.name in types and not column.meta.get('personal') -%}
        {%- do shown.update({column.name: 'raw_' ~ column.name}) -%}
    {%- endfor -%}

    {#- (condition, reason, column), first one that holds decides -#}
    {%- set checks = [] -%}
    {#- with only_contested: conditions on ids as delivered, of which one holds for every row that a check
        may refuse; the other rows are spared the cleaning of theirs -#}
    {%- set doubts = [] -%}
    {#- as delivered, so that an id that no other check reads need not be cleaned for this one -#}
    {%- for column in columns if column.meta.get('id') and types.get(column.name) == 'varchar' -%}
        {%- do checks.append((
            "strpos(typed.raw_" ~ column.name ~ ", '\ufffd') > 0", 'undecodable text', column.name,
        )) -%}
    {%- endfor -%}
    {%- for column in columns if column.data_type != 'varchar' and types.get(column.name) == 'varchar' -%}
        {%- do checks.append((
            'typed.' ~ column.name ~ ' is null and trim(typed.raw_' ~ column.name ~ ") <> ''",
            'unparsable value', column.name,
        )) -%}
    {%- endfor -%}
    {%- for column in columns if is_required(column) -%}
        {%- do checks.append(('typed.' ~ column.name ~ ' is null', 'missing value', column.name)) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('not_negative') -%}
        {%- do checks.append(('typed.' ~ column.name ~ ' < 0', 'negative value', column.name)) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('not_in_future') -%}
        {%- do checks.append((
            'cast(typed.' ~ column.name ~ ' as date) > horizon.data_end_date',
            'date in the future', column.name,
        )) -%}
    {%- endfor -%}
    {%- do doubts.extend(checks | rejectattr(1, 'equalto', 'undecodable text') | map('first')) -%}
    {%- for column in columns if column.meta.get('id') -%}
        {%- set name = 'typed.' ~ column.name -%}
        {%- if accounts and column.meta.get('is_account') -%}
            {%- do doubts.append('(' ~ name ~ ' in (select account_id from accounts)) is not true') -%}
        {%- elif is_required(column) -%}
            {%- do doubts.append('not (' ~ is_plain_text(name) ~ ')') -%}
        {%- else -%}
            {%- do doubts.append('strpos(' ~ name ~ ", '\ufffd') > 0") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for column in columns if accounts and column.meta.get('is_account') -%}
        {%- do checks.append(('accounts.account_id is null', 'unknown account', column.name)) -%}
    {%- endfor -%}
    {%- for column in worded -%}
        {%- do checks.append((
            'typed.' ~ column.name ~ ' is not null and words_' ~ column.name ~ '.value is null',
            'unknown value', column.name,
        )) -%}
        {%- do doubts.append('typed.' ~ column.name ~ ' is not null') -%}
    {%- endfor -%}

    with horizon as (
        select data_end_date from {{ horizon }}
    ),

    vocabularies as (
        select vocabulary, raw_value, value from {{ vocabularies }}
    ),

    {% if accounts -%}
    accounts as (
        select account_id from {{ accounts }}
    ),

    {% endif -%}
    {% if only_contested -%}
    delivered as (
        {{ raw_rows(source_name, table_name, keep_raw=true, since=since, ids_as_delivered=true) }}
    ),

    -- a hash that two keys share only lets rows be judged that need not be
    repeated_keys as (
        select {{ short_hash(clean_id(keys[0])) }} as key_hash
        from {% if is_windowed() %}delivered{% else %}(
            -- all history is read twice rather than kept
            {{ raw_rows(source_name, table_name, ids_as_delivered=true) }}
        ) as delivered{% endif %}
        group by 1
        having count(*) > 1
    ),

    doubtful as (
        select typed.*
        from delivered as typed
        cross join horizon
        where
            {% for doubt in doubts -%}
            {{ doubt }} or
            {% endfor -%}
            {{ short_hash(clean_id('typed.' ~ keys[0])) }} in (select key_hash from repeated_keys)
    ),

    typed as (
        select
            {% for column in columns -%}
            {{ clean_id(column.name) if column.meta.get('id') else column.name }} as {{ column.name }},
            raw_{{ column.name }}{{ ',' if not loop.last }}
            {% endfor %}
        from doubtful
    ),
    {%- else -%}
    typed as (
        {{ raw_rows(source_name, table_name, keep_raw=true, since=since) }}
    ),
    {%- endif %}

    judged as (
        select
            {% for name in names -%}
            {{ 'words_' ~ name ~ '.value' if name in worded | map(attribute='name') else 'typed.' ~ name }}
                as {{ name }},
            typed.raw_{{ name }},
            {% endfor -%}
            {% if checks -%}
            case
                {% for condition, reason, column in checks -%}
                when {{ condition }} then '{{ reason }}'
                {% endfor -%}
            end as reason,
            case
                {% for condition, reason, column in checks -%}
                when {{ condition }} then '{{ column }}'
                {% endfor -%}
            end as reason_column
            {%- else -%}
            cast(null as varchar) as reason,
            cast(null as varchar) as reason_column
            {%- endif %}
        from typed
        cross join horizon
        {% if accounts -%}
        left join accounts on typed.account_id = accounts.account_id
        {% endif -%}
        {%- for column in worded %}
        left join vocabularies as words_{{ column.name }}
            on
                words_{{ column.name }}.vocabulary = '{{ column.meta.vocabulary }}'
                and words_{{ column.name }}.raw_value = lower(typed.{{ column.name }})
        {%- endfor %}
    ),

    {% if only_contested -%}
    contested as (
        select *
        from judged
        where
            reason is not null
            or {{ short_hash(keys[0]) }} in (select key_hash from repeated_keys)
    ),

    {% endif -%}
    ranked as (
        select
            *,
            {% if keys and 'known_at' in names and time_column -%}
            -- delivered again, a row is known from its first delivery on
            case
                when known_at is not null
                    then min(coalesce(known_at, cast({{ time_column }} as timestamp))) over (
                        partition by (reason is null), {{ keys | join(', ') }}
                    )
            end as first_known_at,
            {% endif -%}
            {% if keys -%}
            row_number() over (
                partition by (reason is null), {{ keys | join(', ') }}
                order by
                    {% if 'known_at' in names and time_column -%}
                    coalesce(known_at, {{ time_column }}) desc nulls last,
                    {% endif -%}
                    {% for name in names if name not in keys -%}
                    {{ name }} desc nulls last,
                    {% endfor -%}
                    -- copies that differ only in how an id is spelled
                    {% for column in columns if column.meta.get('id') -%}
                    raw_{{ column.name }},
                    {% endfor -%}
                    1
            ) as copy_number
            {%- else -%}
            1 as copy_number
            {%- endif %}
        from {{ 'contested' if only_contested else 'judged' }}
    ),

    final as (
        select
            {% for name in names -%}
            {{ 'first_known_at as ' if name == 'known_at' and keys and time_column }}{{ name }},
            {% endfor -%}
            {% for name in keep_spelling -%}
            trim(cast(raw_{{ name }} as varchar)) as {{ name }}_as_delivered,
            {% endfor -%}
            case
                when reason is not null then reason
                when copy_number > 1 then 'duplicate key'
            end as quarantine_reason,
            case
                when reason is not null then reason_column
                when copy_number > 1 then '{{ keys | join(", ") }}'
            end as quarantine_column,
            {% if since is not none -%}
            -- rows without a time are read, and replaced, by every build
            case
                when {{ time_column }} is not null then {{ known_date('known_at', time_column) }}
            end as delivered_date,
            {% endif -%}
            {% if keys -%}
            {% for key in keys -%}
            coalesce(cast({{ key }} as varchar), ''){{ " || '|' || " if not loop.last }}
            {%- endfor %}
            {%- else -%}
            ''
            {%- endif %} as row_key,
            case
                when reason is not null or copy_number > 1 then {{ json_object(shown) }}
            end as raw_row
        from ranked
    )

    select * from final
{%- endmacro %}
