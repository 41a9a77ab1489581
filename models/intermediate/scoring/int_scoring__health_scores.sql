{#- Every scorecard over every account and day in one pass. A dimension with no feed connected by
    then leaves the scorecard, and one with too little of its weight connected counts in part; one of
    which nothing applies to the account leaves that account's score. One that is connected but unknown
    for the account takes its peers' median, or drops out where the scorecard says renormalise or no
    peer has one. -#}

{#- sums over the dimensions: (name, term) with D for the dimension -#}
{% set sums = [
    ('used_sum', 'coalesce(D_weight_left * D_score_used, 0)'),
    ('used_weight', 'case when D_score_used is null then 0 else D_weight_left end'),
    ('left_weight', 'D_weight_left'),
    ('known_weight', 'D_weight * D_coverage'),
    ('connected_weight', 'D_weight * D_connected'),
    ('applicable_weight', 'case when D_is_not_applicable then 0 else D_weight * D_connected end'),
    ('whole_weight', 'D_weight'),
    ('low_sum',
        'coalesce(D_weight_left * D_score * D_coverage / nullif(D_connected, 0), 0)'),
    ('unknown_sum',
        'coalesce(D_weight_left * (1 - D_coverage / nullif(D_connected, 0)), 0)'),
    ('n_dimensions_known',
        'case when D_score is not null and D_weight_left > 0 then 1 else 0 end'),
    ('n_dimensions_imputed',
        'case when D_score is null and D_score_used is not null and D_weight_left > 0'
        ~ ' then 1 else 0 end'),
] %}

with dimension_days as (
    select * from {{ ref('int_metrics__dimension_days') }}
),

peers as (
    select * from {{ ref('int_scoring__peers') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

bands as (
    select * from {{ ref('int_bands__in_force') }}
),

band_versions as (
    select distinct
        scorecard,
        valid_from,
        valid_until
    from bands
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- what a scorecard is on a day: weights and bands in force and peers' scores, by segment and stage
scorecards as (
    select
        peers.*,
        weights.scorecard,
        weights.role,
        band_versions.valid_from as bands_from,
        weights.is_imputed_when_missing,
        {% for dimension in dimensions() -%}
            weights.{{ dimension }}_weight,
        {% endfor -%}
        weights.weights_version
    from peers
    inner join weights
        on
            peers.segment = weights.segment
            and peers.as_of_date >= weights.valid_from
            and (weights.valid_until is null or peers.as_of_date < weights.valid_until)
    inner join band_versions
        on
            weights.scorecard = band_versions.scorecard
            and peers.as_of_date >= band_versions.valid_from
            and (
                band_versions.valid_until is null
                or peers.as_of_date < band_versions.valid_until
            )
),

weighed as (
    select
        dimension_days.*,
        scorecards.scorecard,
        scorecards.role,
        scorecards.bands_from,
        scorecards.weights_version,
        {% for dimension in dimensions() -%}
            scorecards.{{ dimension }}_weight,
            -- of a dimension of which too little is connected, a part; the rest goes to the others
            case
                when
                    dimension_days.{{ dimension }}_connected = 0
                    or dimension_days.{{ dimension }}_is_not_applicable
                    then 0
                when
                    dimension_days.{{ dimension }}_connected
                    >= thresholds.minimum_dimension_connected_share
                    then scorecards.{{ dimension }}_weight
                else
                    scorecards.{{ dimension }}_weight * dimension_days.{{ dimension }}_connected
                    / thresholds.minimum_dimension_connected_share
            end as {{ dimension }}_weight_left,
            case
                when dimension_days.{{ dimension }}_is_not_applicable then null
                when dimension_days.{{ dimension }}_connected > 0
                    then coalesce(
                        dimension_days.{{ dimension }}_score,
                        case
                            when scorecards.is_imputed_when_missing
                                then scorecards.{{ dimension }}_peer_score
                        end
                    )
            end as {{ dimension }}_score_used{% if not loop.last %},{% endif %}
        {% endfor %}
    from dimension_days
    inner join scorecards
        on
            dimension_days.as_of_date = scorecards.as_of_date
            and dimension_days.segment = scorecards.segment
            and dimension_days.lifecycle_stage = scorecards.lifecycle_stage
    cross join thresholds
),

summed as (
    select
        *,
        {% for name, term in sums -%}
            {% for dimension in dimensions() -%}
                {{ term | replace('D_', dimension ~ '_') }}{% if not loop.last %} +{% endif %}
            {% endfor %} as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from weighed
),

scored as (
    select
        *,
        case when n_dimensions_known > 0 then used_sum / nullif(used_weight, 0) end
            as health_score_unrounded,
        case
            when n_dimensions_known > 0
                then round(used_sum / nullif(used_weight, 0), 1)
        end as health_score,
        case
            when n_dimensions_known > 0
                then round(low_sum / nullif(left_weight, 0), 1)
        end as unclamped_low,
        case
            when n_dimensions_known > 0
                then round((low_sum + 100 * unknown_sum) / nullif(left_weight, 0), 1)
        end as unclamped_high,
        round(coalesce(known_weight / nullif(applicable_weight, 0), 0), 9)
            as account_coverage,
        round(connected_weight / nullif(whole_weight, 0), 9) as scorecard_coverage,
        round(
            known_weight / nullif(applicable_weight, 0)
            * connected_weight / nullif(whole_weight, 0),
            9
        ) as known_share
    from summed
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
        banded.health_score_unrounded,
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
