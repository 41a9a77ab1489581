-- What did we miss last quarter?
-- Read: a row per account that was lost and not flagged at one of the last three month ends with
-- outcomes, the dearest first, as it looked at the last of these. `signal_dimension` stood lowest
-- against the accounts that stayed (`signal_standing`, in standard deviations) and should have
-- caught it; `signal_metric` cost it most.
-- Act: the same dimension again and again with little weight: see what_changed_in_the_weights,
-- where it is going. 'No dimension stood low': the cause is not in the data - ask the owner, and
-- think of a source that would tell.

with misjudged as (
    select * from {{ ref('fct_misjudged_accounts') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

renewals as (
    select * from {{ ref('fct_renewals') }}
),

missed as (
    select
        misjudged.*,
        count(*) over (partition by misjudged.account_id) as n_months_missed,
        row_number() over (
            partition by misjudged.account_id
            order by misjudged.as_of_date desc
        ) as months_ago
    from misjudged
    where
        misjudged.error_type = 'false negative'
        and date_trunc('month', misjudged.as_of_date)
        > (select date_trunc('month', max(newest.as_of_date)) from misjudged as newest)
        - interval 3 month
),

final as (
    select
        missed.account_id,
        accounts.account_name,
        missed.segment,
        missed.arr,
        missed.churned_date,
        renewals.churn_reason,
        missed.as_of_date as last_missed_date,
        missed.n_months_missed,
        missed.health_score,
        missed.band,
        missed.signal_dimension,
        missed.signal_score,
        missed.signal_mean_of_stayed,
        missed.signal_standing,
        missed.signal_weight,
        missed.signal_metric,
        missed.signal_metric_value,
        missed.explanation
    from missed
    left join accounts on missed.account_id = accounts.account_id
    left join renewals
        on
            missed.account_id = renewals.account_id
            and missed.churned_date = renewals.ended_date
    where missed.months_ago = 1
)

select * from final
order by arr desc nulls last, account_id asc
