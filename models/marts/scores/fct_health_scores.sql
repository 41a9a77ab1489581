with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

policy as (
    select * from {{ ref('int_policy__version') }}
),

-- only scores that rest on enough data are compared
comparable as (
    select
        *,
        case when band <> 'insufficient data' then health_score end as comparable_score
    from health_scores
),

compared as (
    select
        *,
        {% for days in [30, 90, 365] %}
            -- the row of that many days before or, on a weekly grid, the last one before it
            round(
                comparable_score - last_value(comparable_score) over days_{{ days }}_before, 1
            ) as change_{{ days }}d,
        {% endfor %}
        day_number - min(case when comparable_score is not null then day_number end)
            over (partition by scorecard, account_id)
            as history_days
    from comparable
    window
        {% for days in [30, 90, 365] %}
            days_{{ days }}_before as (
                partition by scorecard, account_id
                order by day_number
                range between {{ days + 6 }} preceding and {{ days }} preceding
            ){% if not loop.last %},{% endif %}
        {% endfor %}
),

judged as (
    select
        compared.*,
        case
            when compared.comparable_score is null then 'insufficient data'
            when compared.change_90d is null and compared.history_days < 90 then 'too new'
            when compared.change_90d is null then 'insufficient data'
            when compared.change_90d > thresholds.momentum_stable_points then 'improving'
            when compared.change_90d < -thresholds.momentum_stable_points then 'declining'
            when thresholds.momentum_tie_break = 0 then 'stable'
            when compared.change_30d > thresholds.momentum_stable_points then 'improving'
            when compared.change_30d < -thresholds.momentum_stable_points then 'declining'
            else 'stable'
        end as momentum,
        coalesce(compared.change_30d < -thresholds.drop_alert_points, false) as is_drop_alert,
        coalesce(compared.change_30d <= -thresholds.rapid_decline_points, false)
            as is_rapid_decline
    from compared
    cross join thresholds
),

final as (
    select
        judged.scorecard,
        judged.role as scorecard_role,
        judged.account_id,
        judged.as_of_date,
        judged.segment,
        judged.lifecycle_stage,
        judged.health_score,
        judged.band,
        -- until validation on matured outcomes supports it
        'heuristic' as score_label,
        {% for dimension in dimensions() %}
            judged.{{ dimension }}_score,
        {% endfor %}
        judged.n_dimensions_known,
        judged.n_dimensions_imputed,
        judged.account_coverage,
        judged.scorecard_coverage,
        judged.confidence,
        judged.health_score_low,
        judged.health_score_high,
        judged.change_30d,
        judged.change_90d,
        judged.change_365d,
        judged.momentum,
        case judged.momentum
            when 'improving' then '↑'
            when 'stable' then '→'
            when 'declining' then '↓'
        end as momentum_arrow,
        judged.is_drop_alert,
        judged.is_rapid_decline,
        judged.weights_version,
        policy.policy_version
    from judged
    cross join policy
)

select * from final
