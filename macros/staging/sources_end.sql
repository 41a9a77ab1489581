{% macro sources_end() -%}
    {#- Select of data_end_date, the day on which the sources end. Rows dated after it are errors, and
        without a wall clock only the rows themselves can say where it is: at the end of the run of
        dates that holds the most rows, a run being dates with no gap longer than var
        max_source_gap_days. A stray date in 2099 is alone in its run. -#}
    with dates as (
        {% for source_name, table_name, time_column in [
            ('product', 'events', 'occurred_at'),
            ('product', 'daily_usage', 'usage_date'),
            ('crm', 'activities', 'occurred_at'),
            ('crm', 'csm_assessments', 'assessed_at'),
            ('support', 'tickets', 'created_at'),
            ('survey', 'responses', 'sent_at'),
            ('survey', 'responses', 'responded_at'),
            ('billing', 'invoices', 'issued_date'),
        ] %}
            select
                cast({{ time_column }} as date) as row_date,
                count(*) as n_rows
            from ({{ raw_rows(source_name, table_name) }}) as {{ table_name }}
            group by 1
            union all
        {% endfor %}
        -- terms are signed ahead of their start, so their dates count only where there is nothing else
        select
            cast(start_date as date) as row_date,
            0 as n_rows
        from ({{ raw_rows('billing', 'subscriptions') }}) as subscriptions
        group by 1
    ),

    daily as (
        select
            row_date,
            sum(n_rows) as n_rows
        from dates
        where row_date is not null
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

    runs as (
        select
            run_number,
            max(row_date) as data_end_date,
            sum(n_rows) as n_rows
        from numbered
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
