with comparisons as (
    select * from {{ ref('int_evidence__comparisons') }}
),

final as (
    select
        baseline,
        variant,
        review_date,
        n_account_dates,
        n_accounts,
        n_churned_accounts,
        auc_a as baseline_auc,
        auc_b as variant_auc,
        auc_difference,
        auc_low,
        auc_high,
        auc_probability,
        f1_a as baseline_f1,
        f1_b as variant_f1,
        f1_difference,
        f1_low,
        f1_high,
        f1_probability,
        n_caught_by_a_only as n_caught_by_baseline_only,
        n_caught_by_b_only as n_caught_by_variant_only,
        mcnemar_p,
        decision,
        evidence
    from comparisons
)

select * from final
