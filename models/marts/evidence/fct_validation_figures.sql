with figures as (
    select * from {{ ref('int_evidence__figures') }}
),

final as (
    select
        scorecard,
        segment,
        as_of_date,
        horizon_days,
        matured_date,
        figure,
        value,
        low,
        high,
        n,
        n_events,
        target,
        verdict,
        excellent_target,
        excellent_verdict,
        reason
    from figures
)

select * from final
