{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}
{#- The band an account is given: it changes once the score is past a limit by the policy's margin,
    narrower for a flagged band, or has stayed on its other side for band_steady_days. Per limit the
    state is the last one that was sure, so that no recursion is needed. -#}
{% set goes_on_from = published_before() %}
{% set steady_days = policy_number('band_steady_days') | int %}
{#- so far back a band is remembered, on a weekly grid too -#}
{% set remembered_days = steady_days + 6 %}
{% set n_bands = policy_rows('bands') | selectattr('rule', 'eq', 'default') | groupby('band_set')
    | map(attribute='list') | map('length') | max | default(2, true)
%}
{% set limits = range(2, n_bands + 1) %}

with health_scores as (
    select * from {{ ref('int_scoring__health_scores') }}
),

bands as (
    select * from {{ ref('int_bands__in_force') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- one name for each rank, whatever older versions said of its flag
names as (
    select
        scorecard,
        band,
        band_rank,
        max_by(is_flagged, valid_from) as is_flagged
    from bands
    group by scorecard, band, band_rank
),

-- the worst bands are flagged: a warning waits for less than other changes
margins as (
    select
        names.scorecard,
        {% for rank in limits %}
            case
                when max(case when names.is_flagged then names.band_rank end) >= {{ rank - 1 }}
                    then max(thresholds.flagged_band_margin_points)
                else max(thresholds.band_margin_points)
            end as margin_{{ rank }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from names
    cross join thresholds
    group by names.scorecard
),

-- lowest score of each rank of band or a better one
limits as (
    select
        scorecard,
        valid_from,
        segment,
        lifecycle_stage,
        is_in_renewal_window,
        {% for rank in limits %}
            min(case when band_rank >= {{ rank }} then lower_bound end)
                as limit_{{ rank }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from bands
    group by scorecard, valid_from, segment, lifecycle_stage, is_in_renewal_window
),

-- ranks that the score is sure to reach, and may still be in
scored as (
    select
        health_scores.scorecard,
        health_scores.account_id,
        health_scores.as_of_date,
        health_scores.day_number,
        health_scores.raw_band,
        health_scores.raw_band_rank,
        case
            {% for rank in limits | reverse %}
                when
                    health_scores.health_score
                    >= limits.limit_{{ rank }} + margins.margin_{{ rank }}
                    then {{ rank }}
            {% endfor %}
            else 1
        end as least_rank,
        case
            {% for rank in limits %}
                when
                    not coalesce(
                        health_scores.health_score
                        >= limits.limit_{{ rank }} - margins.margin_{{ rank }},
                        false
                    )
                    then {{ rank - 1 }}
            {% endfor %}
            else {{ n_bands }}
        end as greatest_rank,
        true as is_new
    from health_scores
    inner join margins on health_scores.scorecard = margins.scorecard
    left join limits
        on
            health_scores.scorecard = limits.scorecard
            and health_scores.bands_from = limits.valid_from
            and health_scores.segment = limits.segment
            and health_scores.lifecycle_stage = limits.lifecycle_stage
            and health_scores.is_in_renewal_window = limits.is_in_renewal_window
    where {{ is_unpublished('health_scores') }}
),

timeline as (
    select * from scored
    {% if goes_on_from != all_days() %}
        union all
        -- of what was published the last band goes on
        select
            published.scorecard,
            published.account_id,
            published.as_of_date,
            {{ day_number('published.as_of_date') }} as day_number,
            published.raw_band,
            -- of a band that is no more nothing goes on
            case when names.band_rank is not null then raw_names.band_rank end as raw_band_rank,
            names.band_rank as least_rank,
            names.band_rank as greatest_rank,
            false as is_new
        from {{ this }} as published
        left join names
            on published.scorecard = names.scorecard and published.band = names.band
        left join names as raw_names
            on
                published.scorecard = raw_names.scorecard
                and published.raw_band = raw_names.band
        where
            published.as_of_date
            between {{ add_days("cast('" ~ goes_on_from ~ "' as date)", -remembered_days) }}
            and {{ add_days("cast('" ~ goes_on_from ~ "' as date)", -1) }}
    {% endif %}
),

-- a first score, or one after too little was known, begins with its own band
begun as (
    select
        *,
        case
            when day_number - lag(day_number) over account_days <= {{ remembered_days }}
                then lag(raw_band_rank) over account_days
        end as rank_before,
        {% for rank in limits %}
            last_value(case when raw_band_rank < {{ rank }} then day_number end ignore nulls)
                over account_days
                as last_day_below_{{ rank }},
            last_value(case when raw_band_rank >= {{ rank }} then day_number end ignore nulls)
                over account_days
                as last_day_above_{{ rank }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from timeline
    window account_days as (
        partition by scorecard, account_id
        order by day_number
        rows between unbounded preceding and current row
    )
),

steady as (
    select
        *,
        1
        {% for rank in limits %}
            + last_value(
                case
                    when raw_band_rank is null then null
                    when is_new and rank_before is null
                        then case when raw_band_rank >= {{ rank }} then 1 else 0 end
                    when
                        least_rank >= {{ rank }}
                        or day_number - last_day_below_{{ rank }} >= {{ steady_days }}
                        then 1
                    when
                        greatest_rank < {{ rank }}
                        or day_number - last_day_above_{{ rank }} >= {{ steady_days }}
                        then 0
                end ignore nulls
            ) over account_days
        {% endfor %} as band_rank
    from begun
    window account_days as (
        partition by scorecard, account_id
        order by day_number
        rows between unbounded preceding and current row
    )
),

final as (
    select
        steady.scorecard,
        steady.account_id,
        steady.as_of_date,
        case when steady.raw_band_rank is null then steady.raw_band else names.band end as band,
        case when steady.raw_band_rank is not null then names.is_flagged end as is_flagged,
        steady.raw_band,
        raw_names.is_flagged as raw_is_flagged
    from steady
    left join names
        on steady.scorecard = names.scorecard and steady.band_rank = names.band_rank
    left join names as raw_names
        on steady.scorecard = raw_names.scorecard and steady.raw_band_rank = raw_names.band_rank
    where steady.is_new
)

select * from final
