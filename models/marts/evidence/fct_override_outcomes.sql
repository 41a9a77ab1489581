with outcomes as (
    select * from {{ ref('int_overrides__outcomes') }}
),

final as (
    select
        direction,
        n_overrides,
        n_accounts,
        n_other_accounts,
        churn_share,
        churn_low,
        churn_high,
        other_churn_share,
        other_churn_low,
        other_churn_high,
        difference,
        difference_low,
        difference_high,
        verdict,
        evidence
    from outcomes
)

select * from final
