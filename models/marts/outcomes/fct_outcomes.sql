with labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

final as (
    select
        account_id,
        as_of_date,
        horizon_days,
        matured_date,
        segment,
        arr,
        is_churned,
        churned_date
    from labels
)

select * from final
