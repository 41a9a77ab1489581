{#- Each version of the policy under which the production scorecard was published: why, and how its
    flags have done since. -#}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and band <> 'insufficient data'
),

-- of month ends
outcomes as (
    select * from {{ ref('fct_outcomes') }}
    where horizon_days = 90
),

policy_changes as (
    select * from {{ ref('policy_changes') }}
),

decisions as (
    select
        *,
        row_number() over (partition by policy_version order by decided_on desc) as recency
    from policy_changes
),

versions as (
    select
        scores.policy_version,
        min(scores.as_of_date) as first_date,
        max(scores.as_of_date) as last_date,
        count(distinct scores.as_of_date) as scored_days,
        avg(case when scores.is_flagged then 1.0 else 0.0 end) as flagged_share,
        count(case when outcomes.is_churned then 1 end) as lost_account_months,
        count(case when outcomes.is_churned and scores.is_flagged then 1 end)
            as lost_flagged_account_months
    from scores
    left join outcomes
        on
            scores.account_id = outcomes.account_id
            and scores.as_of_date = outcomes.as_of_date
    group by scores.policy_version
),

final as (
    select
        versions.policy_version,
        versions.first_date,
        versions.last_date,
        versions.scored_days,
        decisions.decided_on,
        decisions.decided_by,
        decisions.reason,
        decisions.band_changes as expected_band_changes,
        decisions.flagged_share_before,
        decisions.flagged_share_after as expected_flagged_share,
        round(versions.flagged_share, 4) as flagged_share,
        decisions.recall_before,
        decisions.recall_after as expected_recall,
        versions.lost_account_months,
        round(
            versions.lost_flagged_account_months / nullif(versions.lost_account_months, 0), 4
        ) as recall
    from versions
    left join decisions
        on versions.policy_version = decisions.policy_version and decisions.recency = 1
)

select * from final
