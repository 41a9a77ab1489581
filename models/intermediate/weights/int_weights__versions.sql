{#- Every scorecard's weights with the days on which they are in force: those that it starts with
    hold from the first day, fitted ones from theirs. -#}

{%- set unfitted = "('" ~ unfitted_weights() | join("', '") ~ "')" %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off'
),

-- those of a scorecard that is no longer fitted would hold for ever
fits as (
    select fits.*
    from {{ ref('int_weights__fits') }} as fits
    inner join scorecards on fits.scorecard = scorecards.scorecard
    where scorecards.method not in {{ unfitted }}
),

scorecard_weights as (
    select * from {{ ref('scorecard_weights') }}
),

dimensions as (
    select * from {{ ref('dimensions') }}
),

account_days as (
    select min(as_of_date) as first_date from {{ ref('int_spine__account_days') }}
),

-- its own weights or, of a scorecard without any, those that it starts from
starts as (
    select
        scorecards.scorecard,
        scorecards.method,
        account_days.first_date as valid_from,
        scorecards.scorecard || '.' || scorecards.weights_version as weights_version,
        dimensions.dimension,
        coalesce(scorecard_weights.weight, 0) as weight
    from scorecards
    cross join account_days
    cross join dimensions
    left join scorecard_weights
        on
            coalesce(scorecards.starts_from, scorecards.scorecard) = scorecard_weights.scorecard
            and dimensions.dimension = scorecard_weights.dimension
),

first_weights as (
    select
        *,
        case method
            {%- for method, first_weight in unfitted_weights().items() %}
            when '{{ method }}' then {{ first_weight }}
            {%- endfor %}
            else weight
        end as first_weight
    from starts
),

versions as (
    select
        fits.scorecard,
        fits.segment,
        fits.valid_from,
        fits.scorecard || '.' || cast(fits.valid_from as varchar) as weights_version,
        fits.dimension,
        fits.correlation,
        fits.correlation_low,
        fits.correlation_high,
        fits.n_observations,
        fits.n_accounts,
        fits.n_churned_accounts,
        fits.pooling_share,
        fits.pooled_correlation,
        fits.coefficient,
        fits.relative_importance,
        fits.target_weight,
        fits.weight,
        fits.include_verdict,
        fits.strength_verdict,
        fits.is_negative,
        fits.basis,
        fits.fallback_reason,
        fits.note
    from fits
    union all by name
    select
        scorecard,
        'universal' as segment,
        valid_from,
        weights_version,
        dimension,
        first_weight as target_weight,
        first_weight as weight,
        case when method in {{ unfitted }} then method else 'expert' end as basis,
        case
            when method not in {{ unfitted }} then 'Weights had not been fitted yet.'
        end as fallback_reason
    from first_weights
),

final as (
    select
        versions.*,
        scorecards.role,
        scorecards.method,
        -- the scorecard's next version, also one without weights for the segment; null: in force
        min(versions.valid_from) over (
            partition by versions.scorecard
            order by versions.valid_from
            range between interval 1 day following and unbounded following
        ) as valid_until
    from versions
    inner join scorecards on versions.scorecard = scorecards.scorecard
)

select * from final
