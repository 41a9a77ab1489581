{% set days_before = [60, 90] %}

with renewals as (
    select * from {{ ref('fct_renewals') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
),

production as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

recent as (
    select renewals.*
    from renewals
    cross join clock
    cross join thresholds
    where
        renewals.settled_date
        > {{ add_days('clock.as_of_date', '-thresholds.shown_renewals_days') }}
),

{% for days in days_before %}
    scored_{{ days }} as (
        select
            recent.account_id,
            recent.ended_date,
            scores.scorecard,
            scores.health_score,
            scores.band,
            scores.is_flagged,
            -- today's production scorecard or, where it was not scored then, that of the day; on a
            -- weekly grid the last row by the day
            row_number() over (
                partition by recent.account_id, recent.ended_date
                order by scores.scorecard = production.scorecard desc, scores.as_of_date desc
            ) as choice
        from recent
        cross join production
        inner join scores
            on
                recent.account_id = scores.account_id
                and scores.as_of_date
                between {{ add_days('recent.ended_date', -days - 6) }}
                and {{ add_days('recent.ended_date', -days) }}
                and (
                    production.scorecard = scores.scorecard
                    or scores.scorecard_role = 'production'
                )
    ),

{% endfor %}
final as (
    select
        recent.account_id,
        recent.ended_date,
        recent.settled_date,
        recent.outcome,
        recent.arr_before,
        recent.arr_after,
        recent.is_voluntary,
        recent.churn_reason,
        {% for days in days_before %}
            scored_{{ days }}.scorecard as scorecard_{{ days }}d_before,
            scored_{{ days }}.health_score as health_score_{{ days }}d_before,
            scored_{{ days }}.band as band_{{ days }}d_before,
            scored_{{ days }}.is_flagged
                as was_flagged_{{ days }}d_before{% if not loop.last %},{% endif %}
        {% endfor %}
    from recent
    {% for days in days_before %}
        left join scored_{{ days }}
            on
                recent.account_id = scored_{{ days }}.account_id
                and recent.ended_date = scored_{{ days }}.ended_date
                and scored_{{ days }}.choice = 1
    {% endfor %}
)

select * from final
