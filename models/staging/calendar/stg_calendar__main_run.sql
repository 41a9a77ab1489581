{#- The days on which the sources told what has happened, from the first to the last, by all tables
    together.

    Runs are dates without a gap longer than source_gap_days. A run is real unless it is tiny beside
    the largest one, in rows and in rows a day: a stray date in 2099 is alone in its run. Real runs
    whose gaps are usual ones (a survey a quarter) belong together, and the largest such chain is
    the one. -#}
{% set longest_gap = policy_number('source_longest_gap_days') %}
{% set gap_multiple = policy_number('source_gap_multiple') %}
{% set usual_share = policy_number('source_usual_share') %}
{% set minimum_days = policy_number('source_minimum_days') %}

with daily_rows as (
    select * from {{ ref('stg_calendar__daily_rows') }}
),

daily as (
    select
        row_date,
        -- terms are signed ahead of their start, so they count only where there is nothing else
        sum(case when table_name = 'subscriptions' then 0 else n_rows end) as n_rows,
        -- invoices may be dated ahead
        sum(case when table_name in ('subscriptions', 'invoices') then 0 else n_rows end)
            as n_happened
    from daily_rows
    group by 1
),

weighed as (
    select
        row_date,
        case when sum(n_rows) over () = 0 then 1 else n_rows end as n_rows,
        case when sum(n_happened) over () = 0 then 1 else n_happened end as n_happened,
        -- contracts alone are dated a year apart
        case
            when sum(n_rows) over () = 0 then {{ longest_gap }}
            else {{ policy_number('source_gap_days') }}
        end as max_gap_days
    from daily
),

spaced as (
    select
        *,
        {{ days_between('lag(row_date) over (order by row_date)', 'row_date') }} as gap_days
    from weighed
    where n_rows > 0
),

numbered as (
    select
        *,
        sum(case when gap_days > max_gap_days then 1 else 0 end)
            over (order by row_date rows unbounded preceding) as run_number
    from spaced
),

runs as (
    select
        run_number,
        max(max_gap_days) as max_gap_days,
        min(row_date) as first_date,
        max(row_date) as last_date,
        sum(n_rows) as n_rows,
        sum(n_happened) as n_happened,
        sum(n_rows)
        / greatest({{ days_between('min(row_date)', 'max(row_date)') }} + 1, {{ minimum_days }})
            as rows_a_day
    from numbered
    group by 1
),

compared as (
    select
        *,
        first_value(n_rows) over largest_first as most_rows,
        first_value(rows_a_day) over largest_first as usual_rows_a_day
    from runs
    where n_happened > 0
    window largest_first as (order by n_rows desc, last_date desc)
),

real_runs as (
    select
        *,
        {{ days_between('lag(last_date) over (order by first_date)', 'first_date') }} as gap_days
    from compared
    where
        n_rows >= {{ policy_number('source_run_share') }} * most_rows
        or rows_a_day >= {{ usual_share }} * usual_rows_a_day
),

usual_gap as (
    select percentile_disc(0.5) within group (order by gap_days) as usual_gap_days
    from real_runs
    where gap_days <= {{ longest_gap }}
),

chained as (
    select
        real_runs.*,
        sum(
            case
                when
                    real_runs.gap_days > greatest(
                        real_runs.max_gap_days,
                        least(
                            {{ gap_multiple }} * coalesce(usual_gap.usual_gap_days, 0),
                            {{ longest_gap }}
                        )
                    )
                    then 1
                else 0
            end
        ) over (order by real_runs.first_date rows unbounded preceding) as chain_number
    from real_runs
    cross join usual_gap
),

chains as (
    select
        chain_number,
        row_number() over (order by sum(n_rows) desc, max(last_date) desc) as chain_rank
    from chained
    group by 1
),

chosen as (
    select
        numbered.row_date,
        numbered.n_rows,
        {{ days_between(
            'lag(numbered.row_date) over (order by numbered.row_date)', 'numbered.row_date'
        ) }} as gap_days
    from numbered
    inner join chained on numbered.run_number = chained.run_number
    inner join chains on chained.chain_number = chains.chain_number
    where chains.chain_rank = 1
),

usual_days as (
    select
        median(n_rows) as usual_rows,
        greatest({{ gap_multiple }} * median(gap_days), {{ minimum_days }}) as usual_pause_days
    from chosen
),

spelled as (
    select
        chosen.*,
        usual_days.usual_rows,
        sum(case when chosen.gap_days > usual_days.usual_pause_days then 1 else 0 end)
            over (order by chosen.row_date rows unbounded preceding) as spell_number
    from chosen
    cross join usual_days
),

peaked as (
    select
        *,
        max(n_rows) over (partition by spell_number) as peak_rows
    from spelled
),

-- a meeting planned ahead, or a clock that is fast, does not end the sources later; nor do days
-- beyond an unusual pause, unless one of them is like the days before it
final as (
    select
        min(row_date) as first_date,
        max(
            case
                when
                    n_rows >= {{ policy_number('source_busy_share') }} * usual_rows
                    and peak_rows >= {{ usual_share }} * usual_rows
                    then row_date
            end
        ) as last_date
    from peaked
)

select * from final
