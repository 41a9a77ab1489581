{% macro daily_raw_rows(since) -%}
    {#- Select of how many rows each raw table has of each day from `since` on (date as text), before any
        check: source_name, table_name, time_column, row_date, n_rows. -#}
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
            source_name, table_name, earlier_copies=false,
            since=since if time_column == raw_time_column(source_name, table_name) else none
        ) }}) as {{ table_name }}
        where {{ time_column }} >= '{{ since }}'
        group by 1, 2, 3, 4
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{% macro sources_end(daily_rows) -%}
    {#- Select of data_end_date, the day on which the sources end, from a relation such as daily_raw_rows
        gives. Rows dated after it are errors, and
        without a wall clock only the rows themselves can say where it is: at the end of the run of
        dates that holds the most rows, a run being dates with no gap longer than var
        max_source_gap_days. A stray date in 2099 is alone in its run. -#}
    with daily_rows as (
        select * from {{ daily_rows }}
    ),

    daily as (
        select
            row_date,
            -- terms are signed ahead of their start, so they count only where there is nothing else
            sum(case when table_name = 'subscriptions' then 0 else n_rows end) as n_rows
        from daily_rows
        group by 1
    ),

    weighed as (
        select
            row_date,
            case when sum(n_rows) over () = 0 then 1 else n_rows end as n_rows,
            -- contracts alone are dated a year apart
            case
                when sum(n_rows) over () = 0 then 400
                else {{ var('max_source_gap_days') }}
            end as max_gap_days,
            {{ days_between('lag(row_date) over (order by row_date)', 'row_date') }} as gap_days
        from daily
    ),

    numbered as (
        select
            row_date,
            n_rows,
            sum(case when gap_days > max_gap_days then 1 else 0 end)
                over (order by row_date rows unbounded preceding) as run_number
        from weighed
        where n_rows > 0
    ),

    -- a meeting planned ahead, or a clock that is fast, does not end the sources later
    busy as (
        select
            *,
            n_rows >= 0.01 * median(n_rows) over (partition by run_number) as is_busy
        from numbered
    ),

    runs as (
        select
            run_number,
            max(case when is_busy then row_date end) as data_end_date,
            sum(n_rows) as n_rows
        from busy
        group by 1
    ),

    ranked as (
        select
            data_end_date,
            row_number() over (order by n_rows desc, data_end_date desc) as run_rank
        from runs
    ),

    final as (
        select data_end_date
        from ranked
        where run_rank = 1
    )

    select * from final
{%- endmacro %}
