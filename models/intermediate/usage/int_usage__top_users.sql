{#- The share of the busiest person can not be summed from spans, so it is taken once a week: on each
    Sunday over the four weeks that end on it, from what was known by then. -#}

with activity as (
    select * from {{ ref('int_usage__activity_days') }}
),

-- the Sunday that ends the week of a day: day number 6 is a Sunday
weekly as (
    select
        account_id,
        user_id,
        {{ add_days('activity_date', '6 - mod(' ~ day_number('activity_date') ~ ', 7)') }}
            as week_end_date,
        {{ add_days('known_date', '6 - mod(' ~ day_number('known_date') ~ ', 7)') }}
            as known_week_end_date,
        sum(n_events) as n_events
    from activity
    where user_id is not null
    group by 1, 2, 3, 4
),

windows as (
    {% for weeks in range(4) -%}
    select
        account_id,
        user_id,
        {{ add_days('week_end_date', 7 * weeks) }} as measured_date,
        n_events
    from weekly
    where known_week_end_date <= {{ add_days('week_end_date', 7 * weeks) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

user_totals as (
    select
        account_id,
        user_id,
        measured_date,
        sum(n_events) as n_events
    from windows
    group by 1, 2, 3
),

final as (
    select
        account_id,
        measured_date,
        cast(max(n_events) as double) / cast(sum(n_events) as double) as top_user_share_4w
    from user_totals
    group by 1, 2
)

select * from final
