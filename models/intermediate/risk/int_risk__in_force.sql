{#- The models of churn, a row per version and segment: coefficients and covariances as columns, by
    the terms of python/customer_health/risk_fits.py. -#}
{% set terms = [
    'intercept', 'health', 'momentum', 'ends', 'nearness', 'rolls_on', 'term_length',
    'no_contract_known', 'tenure'
] %}

with fits as (
    select * from {{ ref('int_risk__fits') }}
    where reason is null
),

segments as (
    select distinct segment from {{ ref('int_policy__places') }}
),

wide as (
    select
        valid_from,
        segment,
        {% for term in terms %}
            max(case when term = '{{ term }}' then coefficient end) as {{ term }},
            max(case when term = '{{ term }}' then mean end) as {{ term }}_mean,
            {% for other in terms[loop.index0:] %}
                max(case when term = '{{ term }}' then covariance_{{ other }} end)
                    as {{ term }}_{{ other }},
            {% endfor %}
        {% endfor %}
        max(interval_factor) as interval_factor
    from fits
    group by valid_from, segment
),

versions as (
    select
        valid_from,
        lead(valid_from) over (order by valid_from) as valid_until
    from wide
    where segment = 'other'
),

-- a segment that the model has not seen has the intercept of all
chosen as (
    select
        versions.valid_from,
        versions.valid_until,
        segments.segment,
        coalesce(own.segment, 'other') as fitted_segment
    from versions
    cross join segments
    left join wide as own
        on versions.valid_from = own.valid_from and segments.segment = own.segment
),

final as (
    select
        chosen.segment,
        chosen.valid_from,
        chosen.valid_until,
        {% for term in terms %}
            wide.{{ term }},
            wide.{{ term }}_mean,
            {% for other in terms[loop.index0:] %}
                wide.{{ term }}_{{ other }},
            {% endfor %}
        {% endfor %}
        wide.interval_factor
    from chosen
    inner join wide
        on chosen.valid_from = wide.valid_from and chosen.fitted_segment = wide.segment
)

select * from final
