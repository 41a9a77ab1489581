{#- Terms as delivered: billing's; a company without billing has those from the CRM or, without
    dates in the CRM as well, one per account from its first activity. -#}
{%- set columns = [
    'account_id', 'subscription_id', 'plan', 'start_date', 'end_date', 'cancelled_date',
    'gave_way_date', 'moved_to_account_id', 'missing_date', 'known_date', 'is_end_told', 'seats',
    'arr_in_contract_currency', 'arr', 'currency',
] %}

with billed as (
    select * from {{ ref('int_contracts__billed_terms') }}
),

recorded as (
    select * from {{ ref('int_contracts__crm_terms') }}
    where not exists (select 1 from billed)
),

activity as (
    select * from {{ ref('int_facts__feature_days') }}
),

seen as (
    select
        account_id,
        account_id as subscription_id,
        cast(null as varchar) as plan,
        min(activity_date) as start_date,
        cast(null as date) as end_date,
        cast(null as date) as cancelled_date,
        cast(null as date) as gave_way_date,
        cast(null as varchar) as moved_to_account_id,
        cast(null as date) as missing_date,
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
    select {{ columns | join(', ') }} from billed
    union all
    select {{ columns | join(', ') }} from recorded
    union all
    select {{ columns | join(', ') }} from seen
)

select * from final
