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
        case when health_scores.band <> 'insufficient data' then health_scores.health_score end
            as health_score,
        health_scores.band,
        health_scores.is_flagged,
        {% for dimension in dimensions() %}
            health_scores.{{ dimension }}_score,
        {% endfor %}
        health_scores.weights_version
    from health_scores
    inner join observations
        on
            health_scores.account_id = observations.account_id
            and health_scores.as_of_date = observations.as_of_date
)

select * from final
