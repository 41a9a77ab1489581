{#- what a CRM may be sent; the day alone is no news, so that it is not in the hash -#}
{% set payload = [
    'customer_status', 'health_score', 'band', 'effective_band', 'momentum', 'change_30d',
    'confidence', 'tier', 'churn_probability_90d', 'expected_arr_loss_90d', 'reason_1', 'reason_2',
    'reason_3', 'alert', 'not_scored_reason'
] %}

{#- by name, so that the order of columns changes nothing -#}
{% set hashed %}
    {% for column in payload | sort %}
        coalesce('{{ column }}=' || cast({{ column }} as varchar) || '|', '')
        {% if not loop.last %}||{% endif %}
    {% endfor %}
{% endset %}

with health as (
    select * from {{ ref('account_health') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

-- Who ever was a customer: a lapsed one still has to lose the score that the CRM shows.
sent as (
    select
        health.crm_account_id,
        health.account_id,
        health.customer_status,
        health.health_score,
        health.band,
        health.effective_band,
        health.momentum,
        health.change_30d,
        health.confidence,
        health.tier,
        round(health.churn_probability_90d, 3) as churn_probability_90d,
        round(health.expected_arr_loss_90d) as expected_arr_loss_90d,
        health.driver_1_sentence as reason_1,
        health.driver_2_sentence as reason_2,
        health.driver_3_sentence as reason_3,
        health.alert_sentence as alert,
        health.not_scored_reason,
        health.as_of_date
    from health
    inner join accounts on health.account_id = accounts.account_id
    where
        health.crm_account_id is not null
        and (health.customer_status <> 'no contract' or accounts.last_scored_date is not null)
),

final as (
    select
        crm_account_id,
        account_id,
        {% for column in payload %}
            {{ column }},
        {% endfor %}
        as_of_date,
        {{ dbt.hash(hashed) }} as payload_hash
    from sent
)

select * from final
