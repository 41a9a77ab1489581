with observations as (
    select * from {{ ref('int_outcomes__observations') }}
),

labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

final as (
    select
        observations.account_id,
        observations.as_of_date,
        labels.matured_date,
        observations.segment,
        {% for dimension in dimensions() %}
            observations.{{ dimension }}_score,
        {% endfor %}
        case when labels.is_churned then 0 else 1 end as is_retained
    from observations
    inner join labels
        on
            observations.account_id = labels.account_id
            and observations.as_of_date = labels.as_of_date
    inner join thresholds on labels.horizon_days = thresholds.fit_horizon_days
)

select * from final
