with checks as (
    select * from {{ ref('int_evidence__drift') }}
),

final as (
    select
        scorecard,
        review_date,
        as_of_date,
        drift_check,
        compared_with,
        value,
        low,
        high,
        threshold,
        level,
        evidence,
        remedy,
        reason
    from checks
)

select * from final
