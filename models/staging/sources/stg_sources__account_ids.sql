{#- The accounts we know: the CRM's; where the company has no CRM source, those that billing names;
    without either, those seen in the product. -#}

with crm as (
    select distinct account_id
    from {{ ref('base_crm__accounts') }}
    where quarantine_reason is null
),

billing as (
    select distinct account_id
    from ({{ raw_rows('billing', 'subscriptions') }}) as subscriptions
    where account_id is not null
),

product as (
    select account_id
    from ({{ raw_rows('product', 'users') }}) as users
    where account_id is not null
    union
    select account_id
    from ({{ raw_rows('product', 'daily_usage') }}) as daily_usage
    where account_id is not null
    union
    select account_id
    from ({{ raw_rows('product', 'events') }}) as events
    where account_id is not null
),

final as (
    select account_id from crm
    union all
    select account_id from billing
    where not exists (select 1 from crm)
    union all
    select account_id from product
    where not exists (select 1 from crm) and not exists (select 1 from billing)
)

select * from final
