-- An amount in a currency without a rate is unknown ARR.
{{ config(severity='warn') }}

{% set without_rate %}
    select
        upper(subscriptions.currency) as currency,
        count(*) as n_rows,
        sum(subscriptions.arr) as arr
    from {{ ref('stg_billing__subscriptions') }} as subscriptions
    left join {{ ref('exchange_rates') }} as exchange_rates
        on upper(subscriptions.currency) = upper(exchange_rates.currency)
    where subscriptions.currency is not null and exchange_rates.currency is null
    group by 1
{% endset %}

{{ warn_of_rows(
    "select 'billing.subscriptions: ' || n_rows || ' row(s) with '"
    ~ " || coalesce(format('{:,.0f}', cast(arr as double)), 'unknown') || ' ' || currency"
    ~ " || ' of ARR are in ' || currency || ', which has no rate, so that their ARR is unknown."
    ~ " Fix: add a row for ' || currency || ' to seeds/policy/exchange_rates.csv.'"
    ~ " from (" ~ without_rate ~ ") as without_rate order by currency"
) }}
{{ without_rate }}
