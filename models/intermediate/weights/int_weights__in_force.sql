{#- The weights of every scorecard, segment and version, wide: a segment without weights of its own
    has the universal ones. Segments are those of the segmentation that the scorecard names
    (weights_by), or of the primary one. -#}

with versions as (
    select * from {{ ref('int_weights__versions') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
),

-- those of today, and those that accounts were observed in before the policy changed
segments as (
    select
        cast(null as varchar) as weights_by,
        segment
    from {{ ref('int_policy__places') }}
    union distinct
    select
        null as weights_by,
        segment
    from {{ ref('int_outcomes__observations') }}
    union distinct
    select
        segmentation as weights_by,
        segment
    from {{ ref('segments') }}
    union distinct
    select
        segmentation as weights_by,
        'unknown' as segment
    from {{ ref('segmentations') }}
),

wide as (
    select
        scorecard,
        segment,
        valid_from,
        valid_until,
        weights_version,
        {% for dimension in dimensions() %}
            max(case when dimension = '{{ dimension }}' then weight end)
                as {{ dimension }}_weight{% if not loop.last %},{% endif %}
        {% endfor %}
    from versions
    group by scorecard, segment, valid_from, valid_until, weights_version
),

final as (
    select
        universal.scorecard,
        scorecards.role,
        scorecards.missing_dimensions = 'impute' as is_imputed_when_missing,
        scorecards.weights_by,
        segments.segment,
        universal.valid_from,
        universal.valid_until,
        universal.weights_version,
        {% for dimension in dimensions() %}
            coalesce(own.{{ dimension }}_weight, universal.{{ dimension }}_weight)
                as {{ dimension }}_weight{% if not loop.last %},{% endif %}
        {% endfor %}
    from wide as universal
    inner join scorecards on universal.scorecard = scorecards.scorecard
    inner join segments on scorecards.weights_by is not distinct from segments.weights_by
    left join wide as own
        on
            universal.scorecard = own.scorecard
            and universal.valid_from = own.valid_from
            and segments.segment = own.segment
    where universal.segment = 'universal'
)

select * from final
