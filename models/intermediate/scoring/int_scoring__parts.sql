{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
    post_hook="
        delete from {{ this }}
        where as_of_date < (
            select {{ add_days('clock.as_of_date', -96) }}
            from {{ ref('stg_calendar__clock') }} as clock
        )
    ",
) }}
{#- What the production score was made of on each of the last 96 days: as far back as changes over
    90 days look on a weekly grid. Days already published keep what they were published with. -#}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
    where role = 'production' and used_weight > 0
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

policy as (
    select * from {{ ref('int_policy__version') }}
),

recent as (
    select
        health_scores.*,
        policy.policy_version,
        {% for dimension in dimensions() -%}
            weights.{{ dimension }}_weight{% if not loop.last %},{% endif %}
        {% endfor %}
    from health_scores
    cross join clock
    cross join policy
    inner join weights
        on
            health_scores.scorecard = weights.scorecard
            and health_scores.segment = weights.segment
            and health_scores.as_of_date >= weights.valid_from
            and (weights.valid_until is null or health_scores.as_of_date < weights.valid_until)
    where
        health_scores.as_of_date >= {{ add_days('clock.as_of_date', -96) }}
        and health_scores.health_score is not null
),

final as (
    {% for dimension in dimensions() %}
        select
            scorecard,
            account_id,
            as_of_date,
            '{{ dimension }}' as dimension,
            health_score,
            health_score_unrounded,
            policy_version,
            weights_version,
            {{ dimension }}_score is not null as is_known,
            {{ dimension }}_score_used as score_used,
            {{ dimension }}_weight as weight,
            -- of its weight, what it kept: less where little is connected or nothing applies
            case
                when {{ dimension }}_score_used is null then 0
                else coalesce({{ dimension }}_weight_left / nullif({{ dimension }}_weight, 0), 0)
            end as weight_kept
        from recent
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
