{#- The day on which the sources end. Rows dated after it are errors or plans, and without a wall
    clock only the rows themselves can say where it is. docs/explanation/architecture.md tells how;
    the numbers are those of the policy that begin with source_.

    They end with the main run of their dates, unless a table goes on as it used to where all others
    have stopped. An instant run, between two builds, goes on from the last build's day: there a single
    ticket or invoice says that a day has begun. -#}
{% set usual_share = policy_number('source_usual_share') %}
{% set minimum_days = policy_number('source_minimum_days') %}

{#- in the environment: a variable would have dbt parse everything again each day -#}
{% set instant_until = env_var('CUSTOMER_HEALTH_INSTANT_UNTIL', '') %}

{% if instant_until %}
    with last_build as (
        select data_end_date from {{ this }}
    ),

    delivered as (
        select {{ known_date('known_at', 'created_at') }} as delivered_date
        from ({{ raw_rows('support', 'tickets') }}) as tickets
        union all
        select cast(known_at as date) as delivered_date
        from ({{ raw_rows('billing', 'invoices') }}) as invoices
    ),

    begun as (
        select max(delivered.delivered_date) as delivered_date
        from delivered
        cross join last_build
        where
            delivered.delivered_date <= cast('{{ instant_until }}' as date)
            and delivered.delivered_date
            <= {{ add_days('last_build.data_end_date', policy_number('late_row_days') | int) }}
    ),

    final as (
        select
            greatest(
                last_build.data_end_date,
                coalesce(begun.delivered_date, last_build.data_end_date)
                {%- if var('as_of_date') %},
                cast('{{ var('as_of_date') }}' as date)
                {%- endif %}
            ) as data_end_date
        from last_build
        cross join begun
    )
{% else %}
    with daily_rows as (
        select * from {{ ref('stg_calendar__daily_rows') }}
    ),

    main_run as (
        select * from {{ ref('stg_calendar__main_run') }}
    ),

    -- tables of what has happened, and is not planned or billed ahead
    flows as (
        select
            daily_rows.table_name,
            daily_rows.row_date,
            sum(daily_rows.n_rows) as n_rows,
            main_run.last_date,
            {{ days_between('main_run.last_date', 'daily_rows.row_date') }} as days_beyond
        from daily_rows
        cross join main_run
        where
            daily_rows.table_name not in ('subscriptions', 'invoices', 'activities')
            and daily_rows.row_date >= main_run.first_date
        group by 1, 2, 4
    ),

    usual_flows as (
        select
            table_name,
            avg(n_rows) as usual_rows,
            sum(n_rows)
            / greatest(
                {{ days_between('min(row_date)', 'max(last_date)') }} + 1,
                {{ minimum_days }}
            ) as rows_a_day
        from flows
        where days_beyond <= 0
        group by 1
    ),

    beyond as (
        select
            table_name,
            row_date,
            greatest(days_beyond, {{ minimum_days }}) as days_counted,
            sum(n_rows)
                over (partition by table_name order by row_date rows unbounded preceding)
                as n_rows_so_far
        from flows
        where days_beyond between 1 and {{ policy_number('source_longest_gap_days') }}
    ),

    carried as (
        select max(beyond.row_date) as last_date
        from beyond
        inner join usual_flows on beyond.table_name = usual_flows.table_name
        where
            beyond.n_rows_so_far >= {{ policy_number('source_carrying_rows') }}
            and beyond.n_rows_so_far >= {{ usual_share }} * usual_flows.usual_rows
            and beyond.n_rows_so_far
            >= {{ usual_share }} * usual_flows.rows_a_day * beyond.days_counted
    ),

    final as (
        select
            greatest(main_run.last_date, coalesce(carried.last_date, main_run.last_date))
                as data_end_date
        from main_run
        cross join carried
    )
{% endif %}

select * from final
