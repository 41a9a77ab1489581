with lead_times as (
    select * from {{ ref('fct_lead_times') }}
),

final as (
    select
        scorecard,
        count(*) as n_churned,
        count(first_flagged_date) as n_flagged,
        percentile_cont(0.25) within group (order by lead_days) as lead_days_p25,
        percentile_cont(0.5) within group (order by lead_days) as lead_days_median,
        percentile_cont(0.75) within group (order by lead_days) as lead_days_p75,
        avg(case when is_caught_in_time then 1.0 else 0.0 end) as caught_in_time_share,
        avg(case when is_caught_early then 1.0 else 0.0 end) as caught_early_share
    from lead_times
    group by scorecard
)

select * from final
