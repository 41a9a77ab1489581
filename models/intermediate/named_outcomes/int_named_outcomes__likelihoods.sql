{#- What the newest models say of each account in service on the newest day. -#}
{% set terms = ['intercept'] + dimensions() + var('named_outcome_terms') %}

with observations as (
    select * from {{ ref('int_named_outcomes__observations') }}
),

models as (
    select * from {{ ref('int_named_outcomes__in_force') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

outcomes as (
    select 'expansion' as outcome
    union all
    select 'advocacy' as outcome
),

-- who pays nothing cannot pay more than that; where no source records references, none can be told
asked as (
    select
        observations.*,
        outcomes.outcome
    from observations
    inner join clock on observations.as_of_date = clock.as_of_date
    cross join outcomes
    where
        case
            when outcomes.outcome = 'expansion' then observations.is_paying
            else observations.advocated is not null
        end
),

-- x_<term>: what its coefficient is multiplied with; the mean stands in for what is not known
centred as (
    select
        asked.outcome,
        asked.account_id,
        asked.as_of_date,
        {% for term in terms[1:] %}
            coalesce(asked.{{ term }} - models.{{ term }}_mean, 0) as x_{{ term }},
        {% endfor %}
        1.0 as x_intercept
    from asked
    inner join models on asked.outcome = models.outcome
),

-- a term that an outcome does not go by has no coefficient
weighed as (
    select
        centred.outcome,
        centred.account_id,
        centred.as_of_date,
        models.interval_factor,
        models.intercept
        {% for term in terms[1:] %}
            + coalesce(models.{{ term }}, 0) * centred.x_{{ term }}
        {% endfor %} as log_odds,
        {% for term in terms %}
            {% set first = loop.index0 %}
            {% for other in terms[first:] %}
                {{ '+ ' if not (loop.first and first == 0) }}
                {{- '2 * ' if not loop.first }}coalesce(models.{{ term }}_{{ other }}, 0)
                * centred.x_{{ term }} * centred.x_{{ other }}
            {% endfor %}
        {% endfor %} as log_odds_variance
    from centred
    inner join models on centred.outcome = models.outcome
),

final as (
    select
        outcome,
        account_id,
        as_of_date,
        round(100 / (1 + exp(-log_odds)), 1) as likelihood,
        round(
            100 / (1 + exp(-(log_odds - interval_factor * sqrt(greatest(log_odds_variance, 0))))), 1
        ) as likelihood_low,
        round(
            100 / (1 + exp(-(log_odds + interval_factor * sqrt(greatest(log_odds_variance, 0))))), 1
        ) as likelihood_high
    from weighed
    where log_odds is not null
)

select * from final
