{#- Every scorecard's weights with the days on which they are in force: those that it starts with
    hold from the first day, fitted ones from theirs. -#}

{%- set unfitted = "('" ~ unfitted_weights() | join("', '") ~ "')" %}
{%- set weightless = unfitted_weights().items() | rejectattr(1) | map('first') %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where
        role <> 'off'
        and method not in (
            {% for method in weightless %}
                '{{ method }}'{% if not loop.last %},{% endif %}
            {% endfor %}
        )
),

-- those of a scorecard that is no longer fitted would hold for ever
fits as (
    select fits.*
    from {{ ref('int_weights__fits') }} as fits
    inner join scorecards on fits.scorecard = scorecards.scorecard
    where scorecards.method not in {{ unfitted }}
),

-- where no account has a day yet, weights hold from today
account_days as (
    select coalesce(min(account_days.as_of_date), min(clock.as_of_date)) as first_date
    from {{ ref('stg_calendar__clock') }} as clock
    left join {{ ref('int_spine__account_days') }} as account_days on true
),

first_fits as (
    select
        scorecard,
        min(valid_from) as valid_from
    from fits
    group by scorecard
),

-- the first version holds from the first day of history, also of a scorecard that came later
chosen as (
    select
        chosen.scorecard,
        chosen.version_number,
        chosen.dimension,
        chosen.weight,
        case
            when chosen.version_number = 1 then account_days.first_date
            else chosen.valid_from
        end as valid_from
    from {{ ref('int_weights__starts') }} as chosen
    cross join account_days
),

-- once weights are fitted, those that it starts from can be edited and decide nothing
chosen_in_force as (
    select
        chosen.*,
        scorecards.method
    from chosen
    inner join scorecards on chosen.scorecard = scorecards.scorecard
    left join first_fits on chosen.scorecard = first_fits.scorecard
    where first_fits.valid_from is null or chosen.valid_from < first_fits.valid_from
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
        fits.somers_d,
        fits.somers_d_low,
        fits.somers_d_high,
        fits.n_observations,
        fits.n_accounts,
        fits.n_churned_accounts,
        fits.pooling_share,
        fits.pooled_correlation,
        fits.pooled_somers_d,
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
        scorecard || '.' || version_number as weights_version,
        dimension,
        weight as target_weight,
        weight,
        case when method in {{ unfitted }} then method else 'expert' end as basis,
        case
            when method not in {{ unfitted }} then 'Weights had not been fitted yet.'
        end as fallback_reason
    from chosen_in_force
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
