{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}
{#- Health says how the customer is; this says how likely it is to leave within 90 days, which its
    contract has a say in, too. -#}
{#- which terms each published part of the log odds sums up -#}
{% set parts = {
    'health': ['health'],
    'momentum': ['momentum'],
    'contract': ['ends', 'nearness', 'rolls_on', 'term_length', 'no_contract_known'],
    'tenure': ['tenure'],
} %}
{% set terms = ['intercept'] + parts.values() | sum(start=[]) %}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ in_window('as_of_date') }}
),

circumstances as (
    select * from {{ ref('int_risk__circumstances') }}
    where {{ in_window('as_of_date') }}
),

models as (
    select * from {{ ref('int_risk__in_force') }}
),

-- why there was none, by the last attempt
attempts as (
    select
        valid_from,
        reason,
        lead(valid_from) over (order by valid_from) as valid_until
    from {{ ref('int_risk__fits') }}
    where term = 'intercept' and segment = 'other'
),

-- x_<term>: what its coefficient is multiplied with
account_days as (
    select
        scores.account_id,
        scores.as_of_date,
        circumstances.segment,
        circumstances.arr,
        1.0 as x_intercept,
        case when scores.band <> 'insufficient data' then scores.health_score end as x_health,
        coalesce(scores.change_90d, 0) as x_momentum,
        {% for term in terms[3:] %}
            circumstances.{{ term }} as x_{{ term }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from scores
    inner join circumstances
        on
            scores.account_id = circumstances.account_id
            and scores.as_of_date = circumstances.as_of_date
),

weighed as (
    select
        account_days.account_id,
        account_days.as_of_date,
        account_days.arr,
        account_days.x_health,
        models.valid_from,
        attempts.reason,
        models.interval_factor,
        models.intercept
        {% for term in terms[1:] %}
            + models.{{ term }} * models.{{ term }}_mean
        {% endfor %} as base_log_odds,
        {% for part, own in parts.items() %}
            {% for term in own %}
                {{ '+ ' if not loop.first }}models.{{ term }}
                * (account_days.x_{{ term }} - models.{{ term }}_mean)
            {% endfor %} as {{ part }}_log_odds,
        {% endfor %}
        {% for term in terms %}
            {% set first = loop.index0 %}
            {% for other in terms[first:] %}
                {{ '+ ' if not (loop.first and first == 0) }}
                {{- '2 * ' if not loop.first }}models.{{ term }}_{{ other }}
                * account_days.x_{{ term }} * account_days.x_{{ other }}
            {% endfor %}
        {% endfor %} as log_odds_variance
    from account_days
    left join models
        on
            account_days.segment = models.segment
            and account_days.as_of_date >= models.valid_from
            and (models.valid_until is null or account_days.as_of_date < models.valid_until)
    left join attempts
        on
            account_days.as_of_date >= attempts.valid_from
            and (attempts.valid_until is null or account_days.as_of_date < attempts.valid_until)
),

summed as (
    select
        *,
        base_log_odds
        {% for part in parts %}
            + {{ part }}_log_odds
        {% endfor %} as log_odds,
        interval_factor * sqrt(greatest(log_odds_variance, 0)) as margin
    from weighed
),

final as (
    select
        account_id,
        as_of_date,
        round(1 / (1 + exp(-log_odds)), 4) as churn_probability_90d,
        round(1 / (1 + exp(-(log_odds - margin))), 4) as churn_probability_90d_low,
        round(1 / (1 + exp(-(log_odds + margin))), 4) as churn_probability_90d_high,
        round(arr / (1 + exp(-log_odds)), 2) as expected_arr_loss_90d,
        case
            when log_odds is not null then null
            when x_health is null then 'Too little is known of the account for a score.'
            when reason is not null then 'No model of churn: ' || reason || '.'
            else 'No model of churn had been fitted by this day.'
        end as no_probability_reason,
        round(base_log_odds, 3) as base_log_odds,
        {% for part in parts %}
            round({{ part }}_log_odds, 3) as {{ part }}_log_odds,
        {% endfor %}
        valid_from as risk_model_from
    from summed
)

select * from final
