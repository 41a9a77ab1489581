-- No metric and no dimension ranks who leaves better than knowledge of the past allows, either way
-- round. One that does is likely to be computed from what was only known later: a status set
-- after the fact, a row dated back. Silent until enough accounts have churned.
-- Mend: look where the metric's rows come from and when they were known (known_at); if it is
-- honestly that good, raise suspicious_auc in seeds/policy/thresholds.csv.
{{ config(severity='warn') }}

with metric_outcomes as (
    select * from {{ ref('int_validation__metric_outcomes') }}
    where is_churned is not null
),

observations as (
    select * from {{ ref('int_weights__observations') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

judged as (
    select
        metric as what,
        account_id,
        metric_value as judged_value,
        is_churned
    from metric_outcomes
    where metric_value is not null
    {% for dimension in dimensions() %}
        union all
        select
            '{{ dimension }}_score' as what,
            account_id,
            {{ dimension }}_score as judged_value,
            is_retained = 0 as is_churned
        from observations
        where {{ dimension }}_score is not null
    {% endfor %}
),

-- equal values share the middle of their ranks
ranked as (
    select
        what,
        account_id,
        is_churned,
        rank() over (partition by what order by judged_value)
        + (count(*) over (partition by what, judged_value) - 1) / 2.0 as value_rank
    from judged
),

counted as (
    select
        what,
        count(distinct case when is_churned then account_id end) as n_churned_accounts,
        cast(count(case when is_churned then 1 end) as double) as n_churned,
        cast(count(case when not is_churned then 1 end) as double) as n_retained,
        sum(case when not is_churned then value_rank end) as retained_ranks
    from ranked
    group by what
),

found as (
    select
        what,
        n_churned_accounts,
        (retained_ranks - n_retained * (n_retained + 1) / 2)
        / nullif(n_churned * n_retained, 0) as auc
    from counted
)

select
    found.what,
    found.n_churned_accounts,
    found.auc
from found
cross join thresholds
where
    found.n_churned_accounts >= thresholds.minimum_churned
    and greatest(found.auc, 1 - found.auc) > thresholds.suspicious_auc
