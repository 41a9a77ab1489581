{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}
{#- What the production score was made of on every day, so that any two days can be compared. Days
    already published keep what they were published with, also when another scorecard takes over. -#}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
    where
        role = 'production'
        and used_weight > 0
        and health_score is not null
        and as_of_date >= cast('{{ published_before() }}' as date)
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
),

segments as (
    select * from {{ ref('int_weights__segments') }}
),

policy as (
    select * from {{ ref('int_policy__version') }}
),

final as (
    select
        health_scores.scorecard,
        health_scores.account_id,
        health_scores.as_of_date,
        health_scores.health_score,
        health_scores.health_score_unrounded,
        policy.policy_version,
        health_scores.weights_version,
        {% for dimension in dimensions() %}
            health_scores.{{ dimension }}_score is not null as {{ dimension }}_is_known,
            health_scores.{{ dimension }}_score_used,
            weights.{{ dimension }}_weight,
            health_scores.{{ dimension }}_weight_left{% if not loop.last %},{% endif %}
        {% endfor %}
    from health_scores
    cross join policy
    inner join scorecards on health_scores.scorecard = scorecards.scorecard
    left join segments
        on
            health_scores.account_id = segments.account_id
            and health_scores.as_of_date = segments.as_of_date
            and scorecards.weights_by = segments.segmentation
    inner join weights
        on
            health_scores.scorecard = weights.scorecard
            and coalesce(segments.segment, health_scores.segment) = weights.segment
            and health_scores.as_of_date >= weights.valid_from
            and (weights.valid_until is null or health_scores.as_of_date < weights.valid_until)
)

select * from final
