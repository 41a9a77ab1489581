{#- Every scorecard over every account and day, by whatever method, rounded and banded. -#}

with weighted_means as (
    select * from {{ ref('int_methods__weighted_mean') }}
),

other_methods as (
    select * from {{ ref('int_methods__scores') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
),

account_days as (
    select distinct as_of_date from {{ ref('int_metrics__dimension_days') }}
),

bands as (
    select * from {{ ref('int_bands__in_force') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

band_versions as (
    select distinct
        scorecard,
        valid_from,
        valid_until
    from bands
),

-- bands in force, and the scorecard's role
scorecard_days as (
    select
        account_days.as_of_date,
        scorecards.scorecard,
        scorecards.role,
        band_versions.valid_from as bands_from
    from account_days
    inner join band_versions
        on
            account_days.as_of_date >= band_versions.valid_from
            and (
                band_versions.valid_until is null
                or account_days.as_of_date < band_versions.valid_until
            )
    inner join scorecards on band_versions.scorecard = scorecards.scorecard
),

unrounded as (
    select
        *,
        cast(null as double) as score_before,
        cast(null as double) as points,
        cast(null as double) as maximum_points
    from weighted_means
    union all
    select * from other_methods
),

scored as (
    select
        unrounded.*,
        scorecard_days.role,
        scorecard_days.bands_from,
        round(unrounded.score, 1) as health_score,
        round(unrounded.score_low, 1) as unclamped_low,
        round(unrounded.score_high, 1) as unclamped_high
    from unrounded
    inner join scorecard_days
        on
            unrounded.scorecard = scorecard_days.scorecard
            and unrounded.as_of_date = scorecard_days.as_of_date
),

-- a band is given only where enough is known of the account
banded as (
    select
        scored.*,
        bands.band,
        bands.band_rank,
        bands.band_rule,
        bands.bands_version
    from scored
    cross join thresholds
    left join bands
        on
            scored.account_coverage >= thresholds.minimum_coverage_share
            and scored.scorecard = bands.scorecard
            and scored.bands_from = bands.valid_from
            and scored.segment = bands.segment
            and scored.lifecycle_stage = bands.lifecycle_stage
            and scored.is_in_renewal_window = bands.is_in_renewal_window
            and scored.health_score >= bands.lower_bound
            and (
                scored.health_score < bands.upper_bound
                -- the top of the scale belongs to the top band
                or (scored.health_score = 100 and bands.upper_bound = 100)
            )
),

final as (
    select
        banded.scorecard,
        banded.role,
        banded.account_id,
        banded.as_of_date,
        banded.day_number,
        banded.segment,
        banded.lifecycle_stage,
        banded.is_in_renewal_window,
        banded.health_score,
        banded.score as health_score_unrounded,
        -- rounded sums of the same numbers may differ by a tenth
        least(banded.unclamped_low, banded.health_score) as health_score_low,
        greatest(banded.unclamped_high, banded.health_score) as health_score_high,
        coalesce(banded.band, 'insufficient data') as raw_band,
        banded.band_rank as raw_band_rank,
        banded.band_rule,
        banded.bands_version,
        banded.bands_from,
        banded.account_coverage,
        banded.scorecard_coverage,
        case
            when banded.known_share >= thresholds.high_confidence_coverage_share then 'high'
            when banded.known_share >= thresholds.minimum_coverage_share then 'medium'
            else 'low'
        end as confidence,
        banded.n_dimensions_known,
        banded.n_dimensions_imputed,
        banded.used_weight,
        banded.score_before,
        banded.points,
        banded.maximum_points,
        banded.weights_version,
        {% for dimension in dimensions() -%}
            banded.{{ dimension }}_score,
            banded.{{ dimension }}_score_used,
            banded.{{ dimension }}_weight_left{% if not loop.last %},{% endif %}
        {% endfor %}
    from banded
    cross join thresholds
)

select * from final
