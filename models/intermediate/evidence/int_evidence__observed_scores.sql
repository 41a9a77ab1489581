{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

bands as (
    select * from {{ ref('int_scoring__steady_bands') }}
),

observations as (
    select * from {{ ref('int_outcomes__observations') }}
    where {{ in_window('as_of_date') }}
),

final as (
    select
        health_scores.scorecard,
        health_scores.account_id,
        health_scores.as_of_date,
        health_scores.segment,
        health_scores.lifecycle_stage,
        observations.tenure_days,
        observations.arr,
        -- with insufficient data there is no prediction
        case when bands.band <> 'insufficient data' then health_scores.health_score end
            as health_score,
        bands.band,
        bands.is_flagged,
        {% for dimension in dimensions() %}
            health_scores.{{ dimension }}_score,
        {% endfor %}
        health_scores.weights_version
    from health_scores
    inner join bands
        on
            health_scores.scorecard = bands.scorecard
            and health_scores.account_id = bands.account_id
            and health_scores.as_of_date = bands.as_of_date
    inner join observations
        on
            health_scores.account_id = observations.account_id
            and health_scores.as_of_date = observations.as_of_date
)

select * from final
