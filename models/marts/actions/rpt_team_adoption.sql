{#- Does the team act on triggers and flags, how soon, and what becomes of flagged accounts: by
    month and CSM, and of all together. -#}
{% set owner = "coalesce(csm_owner_id, 'nobody')" %}
{% set owners = {"'all'": '', owner: ', ' ~ owner} %}

with responses as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as month_start_date
    from {{ ref('fct_trigger_responses') }}
    where response <> 'held out'
),

flags as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'flagged_date') }} as date) as month_start_date
    from {{ ref('fct_flag_episodes') }}
),

answered as (
    {% for owner, group in owners.items() %}
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
        group by month_start_date{{ group }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

flagged as (
    {% for owner, group in owners.items() %}
        select
            month_start_date,
            {{ owner }} as csm_owner_id,
            count(*) as n_flagged,
            avg(cast(is_touched_in_time as integer)) as touched_in_time_share,
            avg(cast(is_planned_in_time as integer)) as planned_in_time_share,
            cast(median(days_to_plan) as double) as median_days_to_plan,
            count(after_180d) as n_after_180d,
            avg(case when after_180d is not null then cast(after_180d = 'green' as integer) end)
                as green_share,
            count(case when is_saved then 1 end) as n_saved,
            cast(sum(case when is_saved then cast(arr as decimal(18, 2)) end) as double)
                as saved_arr,
            count(case when after_180d = 'lost' then 1 end) as n_lost,
            cast(sum(case when after_180d = 'lost' then cast(arr as decimal(18, 2)) end) as double)
                as lost_arr
        from flags
        group by month_start_date{{ group }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        coalesce(answered.month_start_date, flagged.month_start_date) as month_start_date,
        coalesce(answered.csm_owner_id, flagged.csm_owner_id) as csm_owner_id,
        coalesce(answered.n_triggers, 0) as n_triggers,
        coalesce(answered.n_open, 0) as n_open,
        coalesce(answered.n_missed, 0) as n_missed,
        coalesce(answered.n_plays, 0) as n_plays,
        coalesce(answered.n_answered, 0) as n_answered,
        round(
            cast(answered.n_answered as double)
            / nullif(answered.n_answered + answered.n_missed, 0),
            3
        ) as answered_share,
        answered.median_days_to_response,
        coalesce(flagged.n_flagged, 0) as n_flagged,
        round(flagged.touched_in_time_share, 3) as touched_in_time_share,
        round(flagged.planned_in_time_share, 3) as planned_in_time_share,
        flagged.median_days_to_plan,
        coalesce(flagged.n_after_180d, 0) as n_after_180d,
        round(flagged.green_share, 3) as green_share,
        coalesce(flagged.n_saved, 0) as n_saved,
        flagged.saved_arr,
        coalesce(flagged.n_lost, 0) as n_lost,
        flagged.lost_arr
    from answered
    full outer join flagged
        on
            answered.month_start_date = flagged.month_start_date
            and answered.csm_owner_id = flagged.csm_owner_id
)

select * from final
