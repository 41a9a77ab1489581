{#- Questions about a customer, a number each: will it leave, will it grow, will it speak for us,
    does it take part, does it get what it bought for? -#}

with health as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer'
),

likelihoods as (
    select * from {{ ref('int_named_outcomes__likelihoods') }}
),

models as (
    select * from {{ ref('int_named_outcomes__in_force') }}
),

observations as (
    select * from {{ ref('int_named_outcomes__observations') }}
),

-- who is in service on the newest day
newest as (
    select observations.*
    from observations
    where observations.as_of_date = (select max(health.as_of_date) from health)
),

recorded as (
    select count(advocated) > 0 as has_references
    from newest
),

final as (
    select
        health.account_id,
        health.as_of_date,
        round(100 * health.churn_probability_90d, 1) as retention_risk,
        health.no_probability_reason as no_retention_risk_reason,
        expansion.likelihood as expansion_opportunity,
        model_of_expansion.model_label as expansion_label,
        case
            when expansion.likelihood is not null then model_of_expansion.reason
            when model_of_expansion.intercept is not null and newest.account_id is null
                then 'No contract is in service today.'
            when model_of_expansion.intercept is not null then 'Nothing is paid for today.'
            else
                coalesce(
                    model_of_expansion.reason, 'No model of expansion had been fitted by this day.'
                )
        end as expansion_reason,
        model_of_expansion.auc as expansion_auc,
        model_of_expansion.auc_low as expansion_auc_low,
        round(health.engagement_score, 1) as engagement_health,
        round(health.value_score, 1) as value_realisation,
        model_of_expansion.valid_from as expansion_model_from,
        expansion.likelihood_low as expansion_opportunity_low,
        expansion.likelihood_high as expansion_opportunity_high,
        advocacy.likelihood as advocacy_likelihood,
        advocacy.likelihood_low as advocacy_likelihood_low,
        advocacy.likelihood_high as advocacy_likelihood_high,
        model_of_advocacy.model_label as advocacy_label,
        case
            when not recorded.has_references then 'No source records references, or only a few.'
            when advocacy.likelihood is not null then model_of_advocacy.reason
            when model_of_advocacy.intercept is not null then 'No contract is in service today.'
            else
                coalesce(
                    model_of_advocacy.reason, 'No model of advocacy had been fitted by this day.'
                )
        end as advocacy_reason,
        model_of_advocacy.auc as advocacy_auc,
        model_of_advocacy.auc_low as advocacy_auc_low,
        model_of_advocacy.valid_from as advocacy_model_from
    from health
    cross join recorded
    left join newest on health.account_id = newest.account_id
    left join likelihoods as expansion
        on
            health.account_id = expansion.account_id
            and health.as_of_date = expansion.as_of_date
            and expansion.outcome = 'expansion'
    left join likelihoods as advocacy
        on
            health.account_id = advocacy.account_id
            and health.as_of_date = advocacy.as_of_date
            and advocacy.outcome = 'advocacy'
    left join models as model_of_expansion on model_of_expansion.outcome = 'expansion'
    left join models as model_of_advocacy
        on model_of_advocacy.outcome = 'advocacy' and recorded.has_references
)

select * from final
