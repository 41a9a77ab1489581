with verdicts as (
    select * from {{ ref('int_evidence__metric_verdicts') }}
),

final as (
    select
        metric,
        review_date,
        n,
        n_accounts,
        n_churned_accounts,
        correlation,
        low,
        high,
        p as p_value,
        adjusted_p as adjusted_p_value,
        effect,
        effect_low,
        effect_high,
        value_correlation,
        value_low,
        value_high,
        early_change,
        early_p,
        early_adjusted_p,
        last_change,
        last_p,
        last_adjusted_p,
        n_changes,
        timing,
        timing_reason,
        verdict,
        reason
    from verdicts
    where review_date = (select max(newest.review_date) from verdicts as newest)
)

select * from final
