{#- Does the team act on triggers, and how soon: by month and CSM, and of all together. -#}

with responses as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as month_start_date
    from {{ ref('fct_trigger_responses') }}
    where response <> 'held out'
),

grouped as (
    {% for owner in ["'all'", "coalesce(csm_owner_id, 'nobody')"] %}
        select
            month_start_date,
            {{ owner }} as csm_owner_id,
            count(*) as n_triggers,
            count(case when response = 'open' then 1 end) as n_open,
            count(case when response = 'missed' then 1 end) as n_missed,
            count(play_started_date) as n_plays,
            count(days_to_response) as n_answered,
            cast(median(days_to_response) as double) as median_days_to_response
        from responses
        group by month_start_date{{ ", coalesce(csm_owner_id, 'nobody')" if not loop.first }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        month_start_date,
        csm_owner_id,
        n_triggers,
        n_open,
        n_missed,
        n_plays,
        n_answered,
        round(cast(n_answered as double) / nullif(n_answered + n_missed, 0), 3)
            as answered_share,
        median_days_to_response
    from grouped
)

select * from final
