{#- Where each account's score will be in 90 days if it stays: its own trend as far as trends last,
    and the way back to its peers. -#}

with fits as (
    select * from {{ ref('int_forecasts__fits') }}
),

health as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer'
),

newest_fit as (
    select *
    from fits
    where valid_from = (select max(newest.valid_from) from fits as newest)
),

forecast as (
    select
        health.account_id,
        health.as_of_date,
        {{ add_days('health.as_of_date', 90) }} as forecast_date,
        health.scorecard,
        health.health_score,
        health.health_score + newest_fit.intercept
        + newest_fit.trend_share * health.change_90d
        + newest_fit.reversion_share * (health.cohort_median_score - health.health_score)
            as forecast_score,
        newest_fit.error_low,
        newest_fit.error_high,
        newest_fit.valid_from as model_from,
        newest_fit.n_observations,
        case
            when health.health_score is null or health.band = 'insufficient data'
                then 'no score to go on from'
            when newest_fit.valid_from is null
                then 'too few scores with one 90 days later'
            when health.change_90d is null
                then 'no score 90 days before'
            when health.cohort_median_score is null
                then 'no peers to compare with'
        end as no_forecast_reason
    from health
    left join newest_fit on true
),

clamped as (
    select
        *,
        case
            when no_forecast_reason is null then least(greatest(forecast_score, 0), 100)
        end as clamped_score
    from forecast
),

final as (
    select
        account_id,
        as_of_date,
        forecast_date,
        scorecard,
        health_score,
        round(clamped_score, 1) as forecast_score,
        case
            when clamped_score is not null
                then round(least(greatest(clamped_score + error_low, 0), 100), 1)
        end as forecast_low,
        case
            when clamped_score is not null
                then round(least(greatest(clamped_score + error_high, 0), 100), 1)
        end as forecast_high,
        model_from,
        n_observations,
        no_forecast_reason
    from clamped
)

select * from final
