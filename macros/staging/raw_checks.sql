{% macro raw_checks(columns, has_accounts) -%}
    {%- set checks = [] -%}
    {%- for reason in [
        'left out', 'undecodable text', 'unparsable value', 'missing value', 'negative value', 'out of range',
        'personal or free text', 'date in the future', 'dates out of order', 'unknown account', 'unknown value',
    ] -%}
        {%- for column in columns -%}
            {%- set value, meta = 'typed.' ~ column.name, column.meta -%}
            {%- set condition -%}
                {%- if reason == 'left out' and column.name == 'left_out' -%}
                    {{ value }} is not null
                {%- elif reason == 'undecodable text' and meta.get('id') and column.delivered == 'varchar' -%}
                    strpos(typed.raw_{{ column.name }}, '{{ '\ufffd' }}') > 0
                {%- elif reason == 'unparsable value' and is_unreadable(column) != 'false' -%}
                    typed.is_unreadable_{{ column.name }}
                {%- elif reason == 'missing value' and (meta.get('required') or meta.get('key') is sameas true) -%}
                    {{ value }} is null
                {%- elif reason == 'negative value' and meta.get('not_negative') -%}
                    {{ value }} < 0
                {%- elif reason == 'out of range' and column.delivered -%}
                    {%- if column.data_type in ('date', 'timestamp') -%}
                        {#- no date of a business lies before 1900 -#}
                        {{ value }} < '1900-01-01'
                    {%- elif meta.get('range') is mapping -%}
                        {%- for word, limits in meta.range.items() if word != 'by' -%}
                            words_{{ meta.range.by }}.value = '{{ word }}'
                            and {{ value }} not between {{ limits | join(' and ') }}
                            {{- ' or ' if not loop.last }}
                        {%- endfor -%}
                    {%- elif column.data_type in ('double', 'bigint') -%}
                        {#- twelve digits: what decimals have room for, also as a sum -#}
                        {{ value }} not between {{ meta.get('range', [-999999999999, 999999999999]) | join(' and ') }}
                    {%- endif -%}
                {%- elif reason == 'personal or free text' and meta.get('is_category') and column.delivered -%}
                    length({{ value }}) > 100 or {{ value }} like '%_@_%._%'
                {%- elif reason == 'date in the future' and meta.get('not_in_future') -%}
                    cast({{ value }} as date) > horizon.data_end_date
                {%- elif reason == 'dates out of order' and meta.get('not_before') -%}
                    {#- by the day: two systems' clocks, or a date beside a time, differ by hours -#}
                    cast({{ value }} as date) < cast(typed.{{ meta.not_before }} as date)
                {%- elif reason == 'unknown account' and has_accounts and meta.get('is_account') -%}
                    typed.known_account_id is null
                {%- elif reason == 'unknown value' and meta.get('vocabulary') -%}
                    {{ value }} is not null and words_{{ column.name }}.value is null
                {%- endif -%}
            {%- endset -%}
            {%- if condition -%}
                {#- an unusable value refuses its row in a key, a required column or one that decides a state; in any
                    other the cell alone -#}
                {%- do checks.append({
                    'column': column.name, 'condition': condition,
                    'reason': value if reason == 'left out' else "'" ~ reason ~ "'",
                    'refuses_row': reason in ('left out', 'negative value') or meta.get('required')
                        or meta.get('key') or meta.get('decides'),
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(checks) }}
{%- endmacro %}
