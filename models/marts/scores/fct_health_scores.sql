{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
    post_hook="
        -- what was published before there was this column gets today's flag of its band, once for all
        update {{ this }} as published
        set is_flagged = bands.is_flagged
        from {{ ref('scorecards') }} as scorecards
        inner join {{ ref('bands') }} as bands on scorecards.band_set = bands.band_set
        where
            published.is_flagged is null
            and published.scorecard = scorecards.scorecard
            and published.band = bands.band
            and bands.rule = 'default'
    ",
) }}
{#- what was published before this day stays, and the new scores are compared with it; a scorecard
    that came later has its history scored beside what others published -#}
{% set goes_on_from = published_before() %}
{#- each is published as a column of its name; the policy says which of them decide -#}
{% set changes_days = [30, 90, 365] %}
{% set momentum_change = 'compared.change_' ~ policy_number('momentum_days') | int ~ 'd' %}
{% set tie_break_days = policy_number('momentum_tie_break_days') | int %}
{% set tie_break_change = 'compared.change_' ~ tie_break_days ~ 'd' %}
{% set drop_change = 'compared.change_' ~ policy_number('drop_alert_days') | int ~ 'd' %}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

bands as (
    select * from {{ ref('int_scoring__steady_bands') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

policy as (
    select * from {{ ref('int_policy__version') }}
),

labels as (
    select * from {{ ref('int_evidence__labels') }}
),

days as (
    select distinct
        scorecard,
        as_of_date
    from health_scores
),

-- the last review by the day decides what the score may be called
label_days as (
    select
        days.scorecard,
        days.as_of_date,
        max_by(labels.score_label, labels.review_date) as score_label
    from days
    inner join labels
        on days.scorecard = labels.scorecard and days.as_of_date >= labels.review_date
    group by days.scorecard, days.as_of_date
),

-- only scores that rest on enough data are compared
comparable as (
    select
        *,
        case when raw_band <> 'insufficient data' then health_score end as comparable_score,
        {{ is_unpublished('health_scores') }} as is_new
    from health_scores
),

-- those of similar tenure
cohorts as (
    select
        scorecard,
        as_of_date,
        lifecycle_stage,
        median(comparable_score) as cohort_median_score
    from comparable
    group by scorecard, as_of_date, lifecycle_stage
),

ranked as (
    select
        scorecard,
        account_id,
        as_of_date,
        percent_rank() over (
            partition by scorecard, as_of_date, lifecycle_stage
            order by comparable_score
        ) as cohort_rank_share
    from comparable
    where comparable_score is not null
),

timeline as (
    select
        scorecard,
        account_id,
        day_number,
        comparable_score,
        is_new
    from comparable
    {% if goes_on_from != all_days() %}
        where is_new
        union all
        select
            published.scorecard,
            published.account_id,
            {{ day_number('published.as_of_date') }} as day_number,
            case when published.band <> 'insufficient data' then published.health_score end
                as comparable_score,
            false as is_new
        from {{ this }} as published
        cross join (select max(as_of_date) as as_of_date from health_scores) as newest
        where
            published.as_of_date < cast('{{ goes_on_from }}' as date)
            and (
                {% for days in changes_days %}
                    published.as_of_date
                    between {{ add_days("cast('" ~ goes_on_from ~ "' as date)", -days - 6) }}
                    and {{ add_days('newest.as_of_date', -days) }}
                    {% if not loop.last %}or{% endif %}
                {% endfor %}
            )
    {% endif %}
),

changes as (
    select
        scorecard,
        account_id,
        day_number,
        is_new,
        {% for days in changes_days %}
            -- the row of that many days before or, on a weekly grid, the last one before it
            round(
                comparable_score - last_value(comparable_score) over days_{{ days }}_before, 1
            ) as change_{{ days }}d{% if not loop.last %},{% endif %}
        {% endfor %}
    from timeline
    window
        {% for days in changes_days %}
            days_{{ days }}_before as (
                partition by scorecard, account_id
                order by day_number
                range between {{ days + 6 }} preceding and {{ days }} preceding
            ){% if not loop.last %},{% endif %}
        {% endfor %}
),

comparable_days as (
    select
        scorecard,
        account_id,
        day_number
    from comparable
    where comparable_score is not null and is_new
    {% if goes_on_from != all_days() %}
        union all
        select
            scorecard,
            account_id,
            {{ day_number('as_of_date') }} as day_number
        from {{ this }}
        where as_of_date < cast('{{ goes_on_from }}' as date) and band <> 'insufficient data'
    {% endif %}
),

first_days as (
    select
        scorecard,
        account_id,
        min(day_number) as first_day_number
    from comparable_days
    group by scorecard, account_id
),

compared as (
    select
        comparable.*,
        {% for days in changes_days %}
            changes.change_{{ days }}d,
        {% endfor %}
        comparable.day_number - first_days.first_day_number as history_days
    from comparable
    inner join changes
        on
            comparable.scorecard = changes.scorecard
            and comparable.account_id = changes.account_id
            and comparable.day_number = changes.day_number
            and changes.is_new
    left join first_days
        on
            comparable.scorecard = first_days.scorecard
            and comparable.account_id = first_days.account_id
),

judged as (
    select
        compared.*,
        case
            when compared.comparable_score is null then 'insufficient data'
            when
                {{ momentum_change }} is null
                and compared.history_days < {{ policy_number('momentum_days') }}
                then 'too new'
            when {{ momentum_change }} is null then 'insufficient data'
            when {{ momentum_change }} > thresholds.momentum_stable_points then 'improving'
            when {{ momentum_change }} < -thresholds.momentum_stable_points then 'declining'
            when thresholds.momentum_tie_break = 0 then 'stable'
            when {{ tie_break_change }} > thresholds.momentum_stable_points then 'improving'
            when {{ tie_break_change }} < -thresholds.momentum_stable_points then 'declining'
            else 'stable'
        end as momentum,
        coalesce({{ drop_change }} < -thresholds.drop_alert_points, false) as is_drop_alert,
        coalesce({{ drop_change }} <= -thresholds.rapid_decline_points, false)
            as is_rapid_decline
    from compared
    cross join thresholds
),

final as (
    select
        judged.scorecard,
        {% if goes_on_from == all_days() %}
            judged.role as scorecard_role,
        {% else %}
            -- another was in production, or in its place, on the days before
            case
                when judged.as_of_date < cast('{{ goes_on_from }}' as date) then 'shadow'
                else judged.role
            end as scorecard_role,
        {% endif %}
        judged.account_id,
        judged.as_of_date,
        judged.segment,
        judged.lifecycle_stage,
        judged.health_score,
        bands.band,
        bands.is_flagged,
        coalesce(label_days.score_label, 'heuristic') as score_label,
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
        policy.policy_version,
        judged.band_rule,
        round(cohorts.cohort_median_score, 1) as cohort_median_score,
        round(ranked.cohort_rank_share, 3) as cohort_rank_share,
        judged.bands_version,
        judged.raw_band,
        judged.points,
        judged.maximum_points
    from judged
    cross join policy
    left join bands
        on
            judged.scorecard = bands.scorecard
            and judged.account_id = bands.account_id
            and judged.as_of_date = bands.as_of_date
    left join cohorts
        on
            judged.scorecard = cohorts.scorecard
            and judged.as_of_date = cohorts.as_of_date
            and judged.lifecycle_stage = cohorts.lifecycle_stage
    left join ranked
        on
            judged.scorecard = ranked.scorecard
            and judged.account_id = ranked.account_id
            and judged.as_of_date = ranked.as_of_date
    left join label_days
        on judged.scorecard = label_days.scorecard and judged.as_of_date = label_days.as_of_date
)

select * from final
