{% macro raw_checks(columns, types, has_accounts) -%}
    {#- What the contract (meta of the columns) demands of a raw row, as a list of {condition, reason,
        column, refuses_row}, in the order in which they decide. Conditions read the relations typed, horizon,
        accounts (with has_accounts) and words_<column>:
          id            can be decoded              key, required  not null (key: nullable may be)
          not_negative  not below zero: a credit or a correction is another fact, and refuses the row
          range         [lowest, highest], or {by: column, word: [lowest, highest], ...} by its word
          not_in_future not after the sources' end  not_before     on the day of that column or later
          is_account    an account we know          vocabulary     a word of that vocabulary
        types: {column: delivered type}. -#}
    {%- set checks = [] -%}
    {#- ids as delivered, so that one that no other check reads need not be cleaned for this one -#}
    {%- for column in columns if column.meta.get('id') and types.get(column.name) == 'varchar' -%}
        {%- do checks.append((
            column, "strpos(typed.raw_" ~ column.name ~ ", '\ufffd') > 0", 'undecodable text',
        )) -%}
    {%- endfor -%}
    {%- for column in columns
        if is_unreadable(column, types.get(column.name)) | trim != 'false' -%}
        {%- do checks.append((column, 'typed.is_unreadable_' ~ column.name, 'unparsable value')) -%}
    {%- endfor -%}
    {%- for column in columns if is_required(column) -%}
        {%- do checks.append((column, 'typed.' ~ column.name ~ ' is null', 'missing value')) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('not_negative') -%}
        {%- do checks.append((column, 'typed.' ~ column.name ~ ' < 0', 'negative value')) -%}
    {%- endfor -%}
    {%- for column in columns if types.get(column.name) -%}
        {%- set beyond = is_out_of_range(column) -%}
        {%- if beyond -%}
            {%- do checks.append((column, beyond, 'out of range')) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('not_in_future') -%}
        {%- do checks.append((
            column, 'cast(typed.' ~ column.name ~ ' as date) > horizon.data_end_date',
            'date in the future',
        )) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('not_before') -%}
        {#- by the day: two systems' clocks, or a date beside a time, differ by hours -#}
        {%- do checks.append((
            column,
            'cast(typed.' ~ column.name ~ ' as date) < cast(typed.' ~ column.meta.not_before ~ ' as date)',
            'dates out of order',
        )) -%}
    {%- endfor -%}
    {%- for column in columns if has_accounts and column.meta.get('is_account') -%}
        {%- do checks.append((column, 'accounts.account_id is null', 'unknown account')) -%}
    {%- endfor -%}
    {%- for column in columns if column.meta.get('vocabulary') -%}
        {%- do checks.append((
            column,
            'typed.' ~ column.name ~ ' is not null and words_' ~ column.name ~ '.value is null',
            'unknown value',
        )) -%}
    {%- endfor -%}
    {#- an unusable value refuses its row in a key, a required column or one on which a state rests (decides); in
        any other column it refuses the cell alone -#}
    {%- set described = [] -%}
    {%- for column, condition, reason in checks -%}
        {%- do described.append({
            'column': column.name, 'condition': condition, 'reason': reason,
            'refuses_row': reason == 'negative value' or column.meta.get('required')
                or column.meta.get('key') or column.meta.get('decides'),
        }) -%}
    {%- endfor -%}
    {{ return(described) }}
{%- endmacro %}

{% macro is_out_of_range(column) -%}
    {#- Condition: a typed value lies outside its column's range. A number without one may be no larger
        than decimals have room for, and no date of a business lies before 1900. None if anything goes. -#}
    {%- set value, range = 'typed.' ~ column.name, column.meta.get('range') -%}
    {%- if column.data_type in ('date', 'timestamp') -%}
        {{ return(value ~ " < '1900-01-01'") }}
    {%- elif column.data_type not in ('double', 'bigint') -%}
        {{ return(none) }}
    {%- elif range is mapping -%}
        {%- set conditions = [] -%}
        {%- for word, limits in range.items() if word != 'by' -%}
            {%- do conditions.append(
                'words_' ~ range.by ~ ".value = '" ~ word ~ "' and " ~ value ~ ' not between ' ~ limits | join(' and ')
            ) -%}
        {%- endfor -%}
        {{ return(conditions | join(' or ')) }}
    {%- endif -%}
    {%- set limits = range or [-largest_number(), largest_number()] -%}
    {{ return(value ~ ' not between ' ~ limits | join(' and ')) }}
{%- endmacro %}

{% macro largest_number() -%}
    {#- Twelve digits: what a raw number may have, and sums of raw numbers as a metric. -#}
    {{ return(999999999999) }}
{%- endmacro %}
