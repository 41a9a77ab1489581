with versions as (
    select * from {{ ref('int_weights__versions') }}
),

final as (
    select
        scorecard,
        role as scorecard_role,
        method,
        segment,
        weights_version,
        valid_from,
        valid_until,
        dimension,
        weight,
        target_weight,
        correlation,
        correlation_low,
        correlation_high,
        somers_d,
        somers_d_low,
        somers_d_high,
        n_observations,
        n_accounts,
        n_churned_accounts,
        pooling_share,
        pooled_correlation,
        pooled_somers_d,
        coefficient,
        relative_importance,
        include_verdict,
        strength_verdict,
        is_negative,
        basis,
        fallback_reason,
        note
    from versions
)

select * from final
