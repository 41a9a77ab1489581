{#- Reads a raw column of any type as the type that the contract declares: raw.x as delivered (and raw.number_x),
    typed.x, then its meaning. -#}

{% macro kind_of_type(type) -%}
    {%- set kinds = {
        'double': ['float'], 'varchar': ['string', 'text'], none: ['"null"', 'void'],
        'integer': ['int', 'long', 'smallint', 'tinyint', 'uinteger', 'usmallint', 'utinyint'],
        'decimal': ['hugeint', 'ubigint', 'uhugeint'],
        'instant': ['timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamp with time zone'],
        'nested': ['struct', 'map', 'union', 'array', 'variant'],
    } -%}
    {%- set name = 'array' if type.endswith(']') else type.split('(')[0].split('<')[0] -%}
    {%- for kind, names in kinds.items() if name in names -%}
        {{ return(kind) }}
    {%- endfor -%}
    {{ return(name) }}
{%- endmacro %}

{% macro is_unreadable(column) -%}
    {%- set declared, raw = column.data_type, 'raw_' ~ column.name -%}
    {%- if declared == 'varchar' and column.delivered == 'double' -%}
        {#- NaN is how pandas writes a missing text or id -#}
        not isnan({{ raw }}) and not {{ is_finite(raw) }}
    {%- elif column.delivered is none or (declared == 'varchar' and column.delivered != 'nested')
        or (column.delivered == declared and declared != 'double') -%}
        false
    {%- else -%}
        typed.{{ column.name }} is null and {{ raw }} is not null
        {%- if column.delivered == 'varchar' %} and trim({{ raw }}) <> ''{% endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro typed_value(column) -%}
    {%- set declared, delivered, raw = column.data_type, column.delivered, 'raw.' ~ column.name -%}
    {%- set text = raw if delivered == 'varchar' else 'cast(' ~ raw ~ ' as varchar)' -%}
    {%- if delivered in (none, 'nested') -%}
        cast(null as {{ declared }})
    {%- elif declared == 'varchar' -%}
        {%- if delivered == 'double' -%}
            {#- whole ones without decimals, as an id of another type; NaN as null -#}
            {%- set whole = is_finite(raw) ~ ' and abs(' ~ raw ~ ') < 9e15 and ' ~ raw ~ ' = floor(' ~ raw ~ ')' -%}
            {%- set text = 'case when ' ~ whole ~ ' then cast(cast(' ~ raw ~ ' as bigint) as varchar)'
                ~ ' when ' ~ is_finite(raw) ~ ' then ' ~ text ~ ' end' -%}
        {%- endif -%}
        {{ text if column.meta.get('id') else 'nullif(trim(' ~ text ~ "), '')" }}
    {%- elif declared == 'double' -%}
        {{ finite_number(raw) }}
    {%- elif delivered == declared -%}
        {{ raw }}
    {%- elif declared == 'boolean' and column.is_number -%}
        case {{ finite_number(raw) }} when 1 then true when 0 then false end
    {%- elif declared in ('date', 'timestamp') -%}
        {%- set number = time_of_number('raw.number_' ~ column.name) -%}
        {%- if column.is_number -%}
            {%- set time = number -%}
        {%- elif delivered in ('date', 'timestamp', 'instant') -%}
            {%- set time = 'try_cast(' ~ raw ~ ' as timestamp)' -%}
        {%- else -%}
            {#- a time by way of a time zone, so that an offset counts; a date is the day as it is written -#}
            {%- set time = 'try_cast(' ~ text ~ ' as timestamp)' if declared == 'date'
                else 'cast(try_cast(' ~ text ~ ' as timestamptz) as timestamp)' -%}
            {%- set time = 'coalesce(' ~ time ~ ', ' ~ number ~ ')' -%}
        {%- endif -%}
        {{ 'cast(' ~ time ~ ' as date)' if declared == 'date' else time }}
    {%- elif declared == 'bigint' and delivered != 'integer' -%}
        {{ whole_number(raw) }}
    {%- else -%}
        try_cast({{ raw }} as {{ declared }})
    {%- endif -%}
{%- endmacro %}

{% macro finite_number(expression) -%}
    {%- set number = 'try_cast(' ~ expression ~ ' as double)' -%}
    case when {{ is_finite(number) }} then {{ number }} end
{%- endmacro %}

{% macro whole_number(expression) -%}
    {%- set number = 'try_cast(' ~ expression ~ ' as double)' -%}
    case when {{ number }} = floor({{ number }}) then try_cast({{ expression }} as bigint) end
{%- endmacro %}

{% macro is_sentinel(time) -%}
    {%- for range in policy_rows('sentinel_dates') -%}
        {%- set first_date, last_date = range['first_date'] | string, range['last_date'] | string -%}
        {%- set day_after = add_days("cast('" ~ last_date ~ "' as date)", 1) -%}
        (
        {%- if first_date != '0001-01-01' %}{{ time }} >= '{{ first_date }}' and {% endif -%}
        {{ time ~ ' < ' ~ day_after if last_date != '9999-12-31' else 'true' }})
        {{- ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
