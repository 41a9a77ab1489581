{#- Terms as delivered: billing's; a company without billing has one term per account, from the CRM
    or, without a CRM as well, from the account's first activity. -#}

with subscriptions as (
    {{ seen_versions(ref('snap_billing__subscriptions')) }}
),

accounts as (
    {{ seen_versions(ref('snap_crm__accounts')) }}
),

activity as (
    select * from {{ ref('int_usage__feature_days') }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

-- seats, ARR and the agreed dates go by what builds have seen; what has a date of its own, when the
-- term was learnt of and when it was cancelled, goes by that
versions as (
    select
        *,
        first_value(known_date) over (
            partition by row_key
            order by from_date
        ) as first_known_date,
        last_value(cancelled_date) over (
            partition by row_key
            order by from_date
            rows between unbounded preceding and unbounded following
        ) as last_cancelled_date
    from subscriptions
),

-- a version that gave way to another while it was in service ended on that day
billed as (
    select
        versions.account_id,
        versions.row_key as subscription_id,
        versions.plan,
        versions.start_date,
        versions.end_date,
        case
            when versions.until_date < least(
                coalesce(versions.end_date, cast('9999-12-31' as date)),
                coalesce(versions.last_cancelled_date, cast('9999-12-31' as date))
            ) then versions.until_date
            else versions.last_cancelled_date
        end as cancelled_date,
        greatest(versions.first_known_date, versions.from_date) as known_date,
        true as is_end_told,
        versions.seats,
        versions.arr as arr_in_contract_currency,
        case
            when versions.currency is null then versions.arr
            else versions.arr * exchange_rates.rate
        end as arr,
        upper(versions.currency) as currency
    from versions
    left join exchange_rates on upper(versions.currency) = exchange_rates.currency
    where versions.is_delivered
),

recorded as (
    select
        account_id,
        account_id as subscription_id,
        cast(null as varchar) as plan,
        min(customer_since_date) as start_date,
        cast(null as date) as end_date,
        max(churned_date) as cancelled_date,
        min(customer_since_date) as known_date,
        true as is_end_told,
        cast(null as double) as seats,
        cast(null as double) as arr_in_contract_currency,
        cast(null as double) as arr,
        cast(null as varchar) as currency
    from accounts
    where
        customer_since_date is not null
        and until_date is null
        and not exists (select 1 from billed)
    group by account_id
),

seen as (
    select
        account_id,
        account_id as subscription_id,
        cast(null as varchar) as plan,
        min(activity_date) as start_date,
        cast(null as date) as end_date,
        cast(null as date) as cancelled_date,
        min(known_date) as known_date,
        false as is_end_told,
        cast(null as double) as seats,
        cast(null as double) as arr_in_contract_currency,
        cast(null as double) as arr,
        cast(null as varchar) as currency
    from activity
    where
        not exists (select 1 from billed)
        and not exists (select 1 from recorded)
    group by account_id
),

final as (
    select * from billed
    union all
    select * from recorded
    union all
    select * from seen
)

select * from final
