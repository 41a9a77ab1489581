{#- The days on which the outcomes of a month have matured, so that there is new evidence of how
    good the scores are, and that this build may still write. -#}

with labels as (
    select * from {{ ref('int_outcomes__labels') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

final as (
    select distinct labels.matured_date as review_date
    from labels
    inner join thresholds on labels.horizon_days = thresholds.fit_horizon_days
    where {{ in_window('labels.matured_date') }}
)

select * from final
