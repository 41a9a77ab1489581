{#- The weighted mean of the dimensions: every scorecard that has weights, over every account
    and day in one pass. A dimension with no feed connected by then leaves the scorecard, and
    one with too little of its weight connected counts in part; one of which nothing applies to
    the account leaves that account's score. One that is connected but unknown for the account
    takes its peers' median, or drops out where the scorecard says renormalise or no peer has
    one. -#}

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
    select * from {{ ref('int_methods__peers') }}
),

weights as (
    select * from {{ ref('int_weights__in_force') }}
),

segments as (
    select * from {{ ref('int_weights__segments') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

peer_segments as (
    select distinct segment from peers
),

-- those that go by another segmentation can meet any peers
weights_of_peers as (
    select
        *,
        segment as peer_segment
    from weights
    where weights_by is null
    union all
    select
        weights.*,
        peer_segments.segment as peer_segment
    from weights
    cross join peer_segments
    where weights.weights_by is not null
),

-- what a scorecard is on a day: weights in force and peers' scores, by segment and stage
scorecards as (
    select
        peers.*,
        weights.scorecard,
        weights.is_imputed_when_missing,
        weights.weights_by,
        weights.segment as weights_segment,
        {% for dimension in dimensions() -%}
            weights.{{ dimension }}_weight,
        {% endfor -%}
        weights.weights_version
    from peers
    inner join weights_of_peers as weights
        on
            peers.segment = weights.peer_segment
            and peers.as_of_date >= weights.valid_from
            and (weights.valid_until is null or peers.as_of_date < weights.valid_until)
),

weighed as (
    select
        dimension_days.*,
        scorecards.scorecard,
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
    left join segments
        on
            dimension_days.account_id = segments.account_id
            and dimension_days.as_of_date = segments.as_of_date
            and scorecards.weights_by = segments.segmentation
    where scorecards.weights_by is null or scorecards.weights_segment = segments.segment
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

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        day_number,
        segment,
        lifecycle_stage,
        is_in_renewal_window,
        case when n_dimensions_known > 0 then used_sum / nullif(used_weight, 0) end as score,
        case when n_dimensions_known > 0 then low_sum / nullif(left_weight, 0) end as score_low,
        case
            when n_dimensions_known > 0
                then (low_sum + 100 * unknown_sum) / nullif(left_weight, 0)
        end as score_high,
        round(coalesce(known_weight / nullif(applicable_weight, 0), 0), 9)
            as account_coverage,
        round(connected_weight / nullif(whole_weight, 0), 9) as scorecard_coverage,
        round(
            known_weight / nullif(applicable_weight, 0)
            * connected_weight / nullif(whole_weight, 0),
            9
        ) as known_share,
        n_dimensions_known,
        n_dimensions_imputed,
        used_weight,
        weights_version,
        {% for dimension in dimensions() -%}
            {{ dimension }}_score,
            {{ dimension }}_score_used,
            {{ dimension }}_weight_left{% if not loop.last %},{% endif %}
        {% endfor %}
    from summed
)

select * from final
