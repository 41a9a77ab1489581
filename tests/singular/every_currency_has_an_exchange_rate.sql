-- An amount in a currency without a rate is unknown ARR.
-- Mend: a row in seeds/policy/exchange_rates.csv.
{{ config(severity='warn') }}

select distinct subscriptions.currency
from {{ ref('stg_billing__subscriptions') }} as subscriptions
left join {{ ref('exchange_rates') }} as exchange_rates
    on upper(subscriptions.currency) = exchange_rates.currency
where subscriptions.currency is not null and exchange_rates.currency is null
