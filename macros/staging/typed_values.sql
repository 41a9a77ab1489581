{#- Reads a raw column, whatever type it was delivered in, as the type that the contract declares. In three
    steps, so that each expression stands once: raw.x as delivered (and raw.number_x), typed.x, its meaning. -#}

{% macro is_unreadable(column, actual_type) -%}
    {#- Condition: something was delivered, and it cannot be read as the declared type. -#}
    {%- set declared, raw = column.data_type, 'raw_' ~ column.name -%}
    {%- if declared == 'varchar' and actual_type in ('double', 'float') -%}
        {#- NaN is how pandas writes a missing text or id -#}
        not isnan({{ raw }}) and not {{ is_finite(raw) }}
    {%- elif actual_type is none or (declared == 'varchar' and not is_nested(actual_type))
        or (actual_type == declared and declared != 'double') -%}
        false
    {%- else -%}
        typed.{{ column.name }} is null and {{ raw }} is not null
        {%- if actual_type == 'varchar' %} and trim({{ raw }}) <> ''{% endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro typed_value(column, actual_type) -%}
    {#- A raw column as the type the contract declares; null where it cannot be read as that. -#}
    {%- set declared, raw = column.data_type, 'raw.' ~ column.name -%}
    {%- if actual_type is none or is_nested(actual_type) -%}
        cast(null as {{ declared }})
    {%- elif declared == 'varchar' -%}
        {%- set text = number_text(raw) if actual_type in ('double', 'float')
            else raw if actual_type == 'varchar' else 'cast(' ~ raw ~ ' as varchar)' -%}
        {{ text if column.meta.get('id') else 'nullif(trim(' ~ text ~ "), '')" }}
    {%- elif declared == 'double' -%}
        {%- set number = raw if actual_type == 'double' else cast_or_null(raw, 'double') -%}
        case when {{ is_finite(number) }} then {{ number }} end
    {%- elif actual_type == declared -%}
        {{ raw }}
    {%- elif declared == 'boolean' and is_number(actual_type) -%}
        {%- set number = comparable_number(raw, actual_type) -%}
        case when {{ number }} = 1 then true when {{ number }} = 0 then false end
    {%- elif declared in ('date', 'timestamp') -%}
        {{ typed_time(column, actual_type) }}
    {%- elif declared == 'bigint' and not (is_number(actual_type) and actual_type.endswith('int')) -%}
        {{ whole_number(raw) }}
    {%- else -%}
        {{ cast_or_null(raw, declared) }}
    {%- endif -%}
{%- endmacro %}

{% macro typed_time(column, actual_type) -%}
    {#- A value of any type as a date, or as a timestamp (UTC); null where it is no time. -#}
    {%- set declared, raw = column.data_type, 'raw.' ~ column.name -%}
    {%- if is_number(actual_type) -%}
        {%- set time = time_of_number('raw.number_' ~ column.name) -%}
    {%- elif not may_be_time_as_number(column, actual_type)
        or (declared == 'date' and actual_type == 'varchar') -%}
        {#- a date is the day as it is written: an offset does not move it -#}
        {%- set time = cast_or_null(raw, 'timestamp') -%}
    {%- else -%}
        {#- by way of a time zone, so that an offset in the text counts -#}
        {%- set text = raw if actual_type == 'varchar' else 'cast(' ~ raw ~ ' as varchar)' -%}
        {%- set time = 'cast(' ~ cast_or_null(text, 'timestamptz') ~ ' as timestamp)' -%}
    {%- endif -%}
    {%- if may_be_time_as_number(column, actual_type) and not is_number(actual_type) -%}
        {%- set time = 'coalesce(' ~ time ~ ', ' ~ time_of_number('raw.number_' ~ column.name) ~ ')' -%}
    {%- endif -%}
    {{ 'cast(' ~ time ~ ' as date)' if declared == 'date' else time }}
{%- endmacro %}

{% macro may_be_time_as_number(column, actual_type) -%}
    {#- Whether a column holds times and was delivered in a type that may write them as numbers. -#}
    {{ return(
        column.data_type in ('date', 'timestamp') and actual_type is not none
        and not is_nested(actual_type) and actual_type not in (
            'date', 'timestamp', 'timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamp with time zone'
        )
    ) }}
{%- endmacro %}

{% macro comparable_number(expression, actual_type) -%}
    {#- A number that may be compared with any other: a decimal may have no room for it, and NaN compares
        at random. -#}
    {%- if actual_type.startswith('decimal') -%}
        {{ cast_or_null(expression, 'double') }}
    {%- elif actual_type in ('double', 'float') -%}
        case when {{ is_finite(expression) }} then {{ expression }} end
    {%- else -%}
        {{ expression }}
    {%- endif -%}
{%- endmacro %}

{% macro whole_number(expression) -%}
    {#- A text or number as bigint; null where it is not whole, rather than rounded. -#}
    {%- set number = cast_or_null(expression, 'double') -%}
    case when {{ number }} = floor({{ number }}) then {{ cast_or_null(expression, 'bigint') }} end
{%- endmacro %}

{% macro time_of_number(number) -%}
    {#- The time that a number means by its size: a day written YYYYMMDD, or seconds, milli-, micro- or
        nanoseconds since 1970. Smaller numbers may be days since several beginnings and are refused. -#}
    {%- set digits = 'cast(' ~ cast_or_null(number, 'bigint') ~ ' as varchar)' -%}
    {%- set day = "substr(" ~ digits ~ ", 1, 4) || '-' || substr(" ~ digits ~ ", 5, 2) || '-' || substr("
        ~ digits ~ ", 7, 2)" -%}
    case
        when {{ number }} between 19000101 and 99991231 and {{ number }} = floor({{ number }})
            then {{ cast_or_null(day, 'timestamp') }}
        when {{ number }} = 0 then cast('1970-01-01' as timestamp)
        {% for least, per_second in [('1e17', '1e9'), ('1e14', '1e6'), ('1e11', '1e3'), ('1e8', '1')] -%}
        {#- the largest number of 64 bits is 9.2e18 -#}
        when {{ number }} >= {{ least }} and {{ number }} < 9.2e18
            then {{ time_of_seconds(number ~ ' / ' ~ per_second) }}
        {% endfor -%}
    end
{%- endmacro %}

{% macro number_text(number) -%}
    {#- A floating-point number as text: whole ones without decimals, so that an id is the same in every
        type. NaN, which pandas writes for a missing value, is null. -#}
    case
        when {{ is_finite(number) }} and abs({{ number }}) < 9e15 and {{ number }} = floor({{ number }})
            then cast(cast({{ number }} as bigint) as varchar)
        when {{ is_finite(number) }} then cast({{ number }} as varchar)
    end
{%- endmacro %}

{% macro clean_id(expression) -%}
    {#- One spelling of an id, of its text: no white space, no-break, zero-width space or byte-order mark, no decimals
        of a whole number (1001.0), and no case unless var id_case says so. -#}
    {#- nested replace: several times faster than translate on DuckDB -#}
    {%- set spelled = namespace(text=expression) -%}
    {%- for character in [' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff'] -%}
        {%- set spelled.text = 'replace(' ~ spelled.text ~ ", '" ~ character ~ "', '')" -%}
    {%- endfor -%}
    {#- nearly every id is plain, and to see that costs half of cleaning it -#}
    {%- set spelled = 'case when ' ~ is_plain_text(expression) ~ ' then ' ~ expression
        ~ ' else ' ~ without_zero_decimals('nullif(' ~ spelled.text ~ ", '')") ~ ' end' -%}
    {{ 'lower(' ~ spelled ~ ')' if var('id_case') == 'lower' else spelled }}
{%- endmacro %}

{% macro is_number(actual_type) -%}
    {{ return(actual_type.startswith('decimal') or actual_type in (
        'double', 'float', 'bigint', 'integer', 'smallint', 'tinyint', 'hugeint',
        'ubigint', 'uinteger', 'usmallint', 'utinyint', 'uhugeint', 'int', 'long'
    )) }}
{%- endmacro %}

{% macro is_nested(actual_type) -%}
    {#- Whether a type holds several values: a struct, a map, a list, a union. No column of the contract does. -#}
    {{ return(actual_type.endswith(']') or actual_type.split('(')[0].split('<')[0] in (
        'struct', 'map', 'union', 'array', 'variant'
    )) }}
{%- endmacro %}

{% macro is_sentinel(time) -%}
    {#- Condition: a date or time is one that stands for "none" by the policy (sentinel_dates). -#}
    {%- for range in sentinel_dates() -%}
        {%- if range.first_date == '0001-01-01' -%}
            {{ time }} < '{{ range.end_date }}'
        {%- elif range.last_date == '9999-12-31' -%}
            {{ time }} >= '{{ range.first_date }}'
        {%- else -%}
            ({{ time }} >= '{{ range.first_date }}' and {{ time }} < '{{ range.end_date }}')
        {%- endif -%}
        {{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro sentinel_dates() -%}
    {#- The rows of the policy's sentinel_dates: a list of {first_date, last_date, end_date (the day after)}
        as text. -#}
    {%- set found = looked_up('sentinel dates') -%}
    {%- if 'rows' not in found and execute -%}
        {%- set rows = [] -%}
        {%- for row in policy_rows('sentinel_dates') -%}
            {%- set last_date = modules.datetime.date.fromisoformat(row[1] | string) -%}
            {%- do rows.append({
                'first_date': row[0] | string,
                'last_date': last_date | string,
                'end_date': (last_date + modules.datetime.timedelta(days=1)) | string
                    if last_date.year < 9999 else none,
            }) -%}
        {%- endfor -%}
        {%- do found.update({'rows': rows}) -%}
    {%- endif -%}
    {{ return(found.get('rows', [{'first_date': '0001-01-01', 'end_date': '0001-01-01'}])) }}
{%- endmacro %}
