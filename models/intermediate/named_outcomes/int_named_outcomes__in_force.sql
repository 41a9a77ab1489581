{#- The newest model of each outcome, wide: by its terms. -#}
{% set terms = ['intercept'] + dimensions() + var('named_outcome_terms') %}

with fits as (
    select * from {{ ref('int_named_outcomes__fits') }}
),

newest as (
    select fits.*
    from fits
    where fits.valid_from = (select max(all_fits.valid_from) from fits as all_fits)
),

final as (
    select
        outcome,
        valid_from,
        {% for term in terms %}
            max(case when term = '{{ term }}' then coefficient end) as {{ term }},
            max(case when term = '{{ term }}' then mean end) as {{ term }}_mean,
            {% for other in terms[loop.index0:] %}
                max(case when term = '{{ term }}' then covariance_{{ other }} end)
                    as {{ term }}_{{ other }},
            {% endfor %}
        {% endfor %}
        max(interval_factor) as interval_factor,
        max(label) as model_label,
        max(reason) as reason,
        max(auc) as auc,
        max(auc_low) as auc_low
    from newest
    group by outcome, valid_from
)

select * from final
