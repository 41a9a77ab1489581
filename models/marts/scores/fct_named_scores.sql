{#- Four questions about a customer, four numbers: will it leave, will it grow, does it take part,
    does it get what it bought for? -#}
{#- the terms of python/customer_health/expansion_fits.py -#}
{% set terms = dimensions() + ['renews', 'tenure'] %}

with health as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer'
),

observations as (
    select * from {{ ref('int_expansion__observations') }}
),

fits as (
    select * from {{ ref('int_expansion__fits') }}
),

newest_version as (
    select
        max(case when term = 'intercept' then coefficient end) as intercept,
        {% for term in terms %}
            max(case when term = '{{ term }}' then coefficient end) as {{ term }},
            max(case when term = '{{ term }}' then mean end) as {{ term }}_mean,
        {% endfor %}
        max(valid_from) as valid_from,
        max(label) as model_label,
        max(reason) as reason,
        max(auc) as auc,
        max(auc_low) as auc_low
    from fits
    where valid_from = (select max(newest.valid_from) from fits as newest)
),

expansion as (
    select
        observations.account_id,
        observations.as_of_date,
        newest_version.intercept
        {% for term in terms %}
            + newest_version.{{ term }}
            * coalesce(observations.{{ term }} - newest_version.{{ term }}_mean, 0)
        {% endfor %} as log_odds
    from observations
    cross join newest_version
),

final as (
    select
        health.account_id,
        health.as_of_date,
        round(100 * health.churn_probability_90d, 1) as retention_risk,
        health.no_probability_reason as no_retention_risk_reason,
        round(100 / (1 + exp(-expansion.log_odds)), 1) as expansion_opportunity,
        newest_version.model_label as expansion_label,
        case
            when expansion.log_odds is not null then newest_version.reason
            when newest_version.intercept is not null then 'Nothing is paid for today.'
            else
                coalesce(
                    newest_version.reason, 'No model of expansion had been fitted by this day.'
                )
        end as expansion_reason,
        newest_version.auc as expansion_auc,
        newest_version.auc_low as expansion_auc_low,
        round(health.engagement_score, 1) as engagement_health,
        round(health.value_score, 1) as value_realisation,
        newest_version.valid_from as expansion_model_from
    from health
    left join expansion
        on health.account_id = expansion.account_id and health.as_of_date = expansion.as_of_date
    left join newest_version on true
)

select * from final
