{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}
{#- Scores at month ends of methods that no weights can restate, as they came out on the day. -#}

with scores as (
    select * from {{ ref('int_methods__scores') }}
),

observations as (
    select * from {{ ref('int_outcomes__observations') }}
    where {{ in_window('as_of_date') }}
),

final as (
    select
        scores.scorecard,
        observations.account_id,
        observations.as_of_date,
        observations.segment,
        observations.lifecycle_stage,
        scores.score
    from observations
    inner join scores
        on
            observations.account_id = scores.account_id
            and observations.as_of_date = scores.as_of_date
)

select * from final
