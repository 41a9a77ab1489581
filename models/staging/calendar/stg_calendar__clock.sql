{#- The newest day that is scored: the one asked for or, without one, the sources' end; and the
    first day that this build computes. -#}
{% set asked_date =
    "cast('" ~ var('as_of_date') ~ "' as date)" if var('as_of_date') else 'data_end_date'
%}
{#- on a weekly grid the last Sunday by then: weeks end on Sunday -#}
{% set newest_date =
    add_days('asked_date', '-mod(' ~ day_number('asked_date') ~ ' + 1, 7)')
    if var('history_grain') == 'week' else 'asked_date'
%}

with horizon as (
    select data_end_date from {{ ref('stg_calendar__horizon') }}
),

asked as (
    select {{ asked_date }} as asked_date
    from horizon
),

final as (
    select
        {{ newest_date }} as as_of_date,
        asked_date,
        {% if window_start() != all_days() %}
            cast('{{ window_start() }}' as date) as window_start_date
        {% else %}
            cast(null as date) as window_start_date
        {% endif %}
    from asked
)

select * from final
