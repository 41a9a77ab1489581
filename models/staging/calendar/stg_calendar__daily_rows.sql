{#- How many rows each raw table has of each day, before any check. Read once, and after that only
    from the window on. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='window',
    meta={'window_column': 'row_date'},
) }}

{% for source_name, table_name, time_column in [
    ('product', 'events', 'occurred_at'),
    ('product', 'daily_usage', 'usage_date'),
    ('crm', 'activities', 'occurred_at'),
    ('crm', 'csm_assessments', 'assessed_at'),
    ('support', 'tickets', 'created_at'),
    ('survey', 'responses', 'sent_at'),
    ('survey', 'responses', 'responded_at'),
    ('billing', 'invoices', 'issued_date'),
    ('billing', 'subscriptions', 'start_date'),
] %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        '{{ time_column }}' as time_column,
        cast({{ time_column }} as date) as row_date,
        count(*) as n_rows
    from ({{ raw_rows(
        source_name, table_name, earlier_copies=false, only_column=time_column,
        since=window_start()
            if time_column == raw_table(source_name, table_name).time_column else none
    ) }}) as {{ table_name }}
    where {{ time_column }} >= '{{ window_start() }}'
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
{% endfor %}
