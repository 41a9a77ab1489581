{#- How the forecasts of each month's end have done, each made with what was known by then. -#}

with fits as (
    select * from {{ ref('int_forecasts__fits') }}
),

final as (
    select
        valid_from as as_of_date,
        n_checked,
        covered_share,
        mean_error,
        mean_error_unchanged,
        trend_share,
        reversion_share,
        error_low,
        error_high,
        n_observations,
        n_errors
    from fits
)

select * from final
