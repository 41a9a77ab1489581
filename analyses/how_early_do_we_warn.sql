-- How early do we warn?
-- Read: a row per scorecard and quarter in which accounts were lost, newest first.
-- `caught_early_share` is of all that were lost, flagged or not. `flagged_days_share`: of
-- the days watched before a churn that was flagged at all; a low share means that flags came and
-- went. Hold the shares against how many accounts are flagged at any time
-- (where_should_the_cut_be): a score that flags everybody warns of everything.
-- Act: few caught: move the cut. Caught, but late: weigh metrics that lead
-- (which_metrics_earn_their_weight). Caught in time and lost all the same: the score did its part;
-- look at what was done about it.

with lead_times as (
    select * from {{ ref('fct_lead_times') }}
),

final as (
    select
        scorecard,
        date_trunc('quarter', churned_date) as quarter_start_date,
        count(*) as n_churned,
        count(first_flagged_date) as n_flagged,
        median(lead_days) as lead_days_median,
        count(case when is_caught_in_time then 1 end) / count(*)
            as caught_in_time_share,
        count(case when is_caught_early then 1 end) / count(*)
            as caught_early_share,
        sum(case when is_caught_early then arr end) / nullif(sum(arr), 0)
            as caught_early_arr_share,
        sum(n_days_flagged)
        / nullif(sum(case when n_days_flagged > 0 then n_days_watched end), 0)
            as flagged_days_share,
        count(case when is_voluntary then 1 end) as n_voluntary,
        count(case when is_voluntary and is_caught_early then 1 end)
            as n_voluntary_caught_early
    from lead_times
    group by scorecard, date_trunc('quarter', churned_date)
)

select * from final
order by quarter_start_date desc, scorecard asc
