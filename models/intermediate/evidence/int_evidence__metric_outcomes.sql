with weighted as (
    select * from {{ ref('int_scoring__explained_metrics') }}
    where metric_weight > 0
),

-- apart, since ranks cost more than all the rest; of what no source delivers there is no evidence
weightless as (
    select * from {{ ref('int_scoring__explained_metrics') }}
    where not coalesce(metric_weight > 0, false) and is_connected
),

policy as (
    select * from {{ ref('metrics') }}
),

observations as (
    select * from {{ ref('int_outcomes__observations') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

term_ends as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where counts_as_churn
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- a metric without weight has no curve: its rank among the day's accounts stands in for its score
ranked as (
    select
        weightless.account_id,
        weightless.as_of_date,
        weightless.dimension,
        weightless.metric,
        weightless.metric_value,
        case
            when weightless.metric_value is not null
                then
                    100 * percent_rank() over (
                        partition by
                            -- implied by the metric; so one can be asked for before it is ranked
                            weightless.dimension,
                            weightless.as_of_date,
                            weightless.metric,
                            weightless.metric_value is null
                        order by
                            case when policy.direction = 'lower' then -1 else 1 end
                            * weightless.metric_value
                    )
        end as metric_score
    from weightless
    inner join policy on weightless.metric = policy.metric
),

metrics as (
    select
        weighted.account_id,
        weighted.as_of_date,
        weighted.dimension,
        weighted.metric,
        weighted.metric_value,
        weighted.metric_score
    from weighted
    inner join policy on weighted.metric = policy.metric
    union all
    select * from ranked
),

labelled as (
    select
        labels.account_id,
        labels.as_of_date,
        labels.matured_date,
        labels.is_churned
    from labels
    inner join thresholds on labels.horizon_days = thresholds.fit_horizon_days
),

churns as (
    select
        observations.account_id,
        observations.as_of_date,
        min(term_ends.ended_date) as churned_date,
        min_by(term_ends.settled_date, term_ends.ended_date) as settled_date
    from observations
    inner join term_ends
        on
            observations.account_id = term_ends.account_id
            and observations.as_of_date < term_ends.ended_date
    group by observations.account_id, observations.as_of_date
),

-- once per observation, not once for each of its metrics
outcomes as (
    select
        observations.account_id,
        observations.as_of_date,
        labelled.is_churned,
        labelled.matured_date,
        churns.settled_date as churn_known_date,
        {{ days_between('observations.as_of_date', 'churns.churned_date') }} as days_to_churn
    from observations
    left join labelled
        on
            observations.account_id = labelled.account_id
            and observations.as_of_date = labelled.as_of_date
    left join churns
        on
            observations.account_id = churns.account_id
            and observations.as_of_date = churns.as_of_date
),

final as (
    select
        metrics.account_id,
        metrics.as_of_date,
        metrics.dimension,
        metrics.metric,
        metrics.metric_value,
        metrics.metric_score,
        outcomes.is_churned,
        outcomes.matured_date,
        outcomes.churn_known_date,
        outcomes.days_to_churn
    from metrics
    inner join outcomes
        on
            metrics.account_id = outcomes.account_id
            and metrics.as_of_date = outcomes.as_of_date
)

select * from final
