{#- Contract terms from billing; a company without billing has one term per account, from the CRM
    or, without a CRM as well, from the account's first activity. -#}

with subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

activity as (
    select * from {{ ref('int_usage__feature_days') }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

billed as (
    select
        subscriptions.account_id,
        subscriptions.subscription_id,
        subscriptions.start_date,
        subscriptions.end_date,
        subscriptions.cancelled_date,
        subscriptions.seats,
        subscriptions.arr as arr_in_contract_currency,
        case
            when subscriptions.currency is null then subscriptions.arr
            else subscriptions.arr * exchange_rates.rate
        end as arr,
        subscriptions.known_date
    from subscriptions
    left join exchange_rates on upper(subscriptions.currency) = exchange_rates.currency
),

recorded as (
    select
        account_id,
        account_id as subscription_id,
        min(customer_since_date) as start_date,
        cast(null as date) as end_date,
        max(churned_date) as cancelled_date,
        cast(null as double) as seats,
        cast(null as double) as arr_in_contract_currency,
        cast(null as double) as arr,
        min(customer_since_date) as known_date
    from accounts
    where
        customer_since_date is not null
        and not exists (select 1 from billed)
    group by account_id
),

seen as (
    select
        account_id,
        account_id as subscription_id,
        min(activity_date) as start_date,
        cast(null as date) as end_date,
        cast(null as date) as cancelled_date,
        cast(null as double) as seats,
        cast(null as double) as arr_in_contract_currency,
        cast(null as double) as arr,
        min(known_date) as known_date
    from activity
    where
        not exists (select 1 from billed)
        and not exists (select 1 from recorded)
    group by account_id
),

terms as (
    select * from billed
    union all
    select * from recorded
    union all
    select * from seen
),

final as (
    select
        account_id,
        subscription_id,
        start_date,
        end_date,
        cancelled_date,
        least(
            coalesce(end_date, cast('9999-12-31' as date)),
            coalesce(cancelled_date, cast('9999-12-31' as date))
        ) as service_end_date,
        greatest(start_date, known_date) as in_force_from_date,
        -- of the first term we learn of: one learnt of later never moves it
        first_value(start_date) over (
            partition by account_id
            order by known_date, start_date
        ) as first_contract_date,
        known_date,
        seats,
        arr_in_contract_currency,
        arr
    from terms
)

select * from final
