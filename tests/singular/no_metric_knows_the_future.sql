-- No metric and no dimension ranks who leaves better than knowledge of the past allows, either way
-- round. One that does is likely to be computed from what was only known later: a status set
-- after the fact, a row dated back. Silent until enough accounts have churned.
-- Fix: look where the metric's rows come from and when they were known (known_at); if it is
-- honestly that good, raise suspicious_auc in seeds/policy/thresholds.csv.
{{ config(severity='warn') }}

with metric_outcomes as (
    select * from {{ ref('int_evidence__metric_outcomes') }}
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

churned_accounts as (
    select
        what,
        count(distinct account_id) as n_churned_accounts
    from judged
    where is_churned
    group by what
),

-- values are fewer than account-dates, and are what there is to sort
counted as (
    select
        what,
        judged_value,
        count(case when is_churned then 1 end) as n_churned,
        count(case when not is_churned then 1 end) as n_retained
    from judged
    group by what, judged_value
),

-- of equal values half count as below
ordered as (
    select
        *,
        sum(n_churned) over (
            partition by what order by judged_value rows unbounded preceding
        ) - n_churned / 2.0 as n_churned_below
    from counted
),

found as (
    select
        what,
        sum(n_retained * n_churned_below)
        / nullif(cast(sum(n_churned) as double) * sum(n_retained), 0) as auc
    from ordered
    group by what
)

select
    found.what,
    churned_accounts.n_churned_accounts,
    found.auc
from found
inner join churned_accounts on found.what = churned_accounts.what
cross join thresholds
where
    churned_accounts.n_churned_accounts >= thresholds.minimum_churned
    and greatest(found.auc, 1 - found.auc) > thresholds.suspicious_auc
