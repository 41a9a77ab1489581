with retention as (
    select * from {{ ref('int_evidence__retention') }}
),

final as (
    select
        scorecard,
        score,
        review_date,
        range_low,
        range_high,
        n,
        n_accounts,
        n_retained,
        retention,
        low,
        high,
        precision_below,
        recall_below,
        specificity_below,
        youden_below,
        is_best_cut,
        reason,
        auc,
        no_cut_reason
    from retention
)

select * from final
