-- Which targets are met, and which could be?
-- Read: a row per horizon and figure of the production scorecard, over the last 12 months with
-- outcomes. A target is met in a month if the whole interval reaches it, not met if none of it
-- does, else underpowered: too few accounts to tell. `n_events` and `n` are of the newest month.
-- precision_feasible is not a result: it is the precision that the targets for recall and
-- specificity leave at this base rate.
-- Act: not met by figures that are feasible: look at where_should_the_cut_be. Precision_feasible
-- not met: the targets contradict each other at your churn; agree on others in
-- seeds/policy/validation_targets.csv. Underpowered for a year: judge by the AUC, which uses all
-- scores of a year (is_the_score_any_good).

with figures as (
    select * from {{ ref('fct_validation_figures') }}
    where segment = 'all' and target is not null
),

weights as (
    select * from {{ ref('fct_dimension_weights') }}
    where scorecard_role = 'production'
),

recent as (
    select
        *,
        row_number() over (
            partition by horizon_days, figure
            order by as_of_date desc
        ) as months_ago
    from figures
    where scorecard in (select weights.scorecard from weights)
),

final as (
    select
        scorecard,
        horizon_days,
        figure,
        max(target) as target_value,
        count(case when verdict = 'met' then 1 end) as n_months_met,
        count(case when verdict = 'not met' then 1 end) as n_months_not_met,
        count(case when verdict = 'underpowered' then 1 end) as n_months_underpowered,
        count(case when verdict is null then 1 end) as n_months_without_figure,
        max(as_of_date) as newest_month,
        max(case when months_ago = 1 then value end) as newest_value,
        max(case when months_ago = 1 then low end) as newest_low,
        max(case when months_ago = 1 then high end) as newest_high,
        max(case when months_ago = 1 then n end) as n,
        max(case when months_ago = 1 then n_events end) as n_events,
        max(case when months_ago = 1 then coalesce(verdict, reason) end) as newest_verdict
    from recent
    where months_ago <= 12
    group by scorecard, horizon_days, figure
)

select * from final
order by horizon_days desc, figure asc
