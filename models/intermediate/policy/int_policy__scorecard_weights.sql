with scorecards as (
    select * from {{ ref('scorecards') }}
),

weights as (
    select * from {{ ref('scorecard_weights') }}
),

final as (
    select
        scorecards.scorecard,
        scorecards.role,
        scorecards.band_set,
        scorecards.missing_dimensions = 'impute' as is_imputed_when_missing,
        scorecards.scorecard || '.' || cast(scorecards.weights_version as varchar)
            as weights_version,
        {% for dimension in dimensions() %}
            coalesce(
                max(case when weights.dimension = '{{ dimension }}' then weights.weight end), 0
            ) as {{ dimension }}_weight{% if not loop.last %},{% endif %}
        {% endfor %}
    from scorecards
    inner join weights on scorecards.scorecard = weights.scorecard
    where scorecards.role <> 'off'
    group by
        scorecards.scorecard,
        scorecards.role,
        scorecards.band_set,
        scorecards.missing_dimensions,
        scorecards.weights_version
)

select * from final
