{#- What is critical as soon as it happens, whether or not an account is scored. Days without any
    have no row. -#}
{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

spans as (
    select
        account_id,
        measure,
        from_date,
        until_date,
        amount
    from {{ ref('int_support__spans') }}
    where measure = 'open_p1_tickets'
    union all
    select
        account_id,
        measure,
        from_date,
        until_date,
        amount
    from {{ ref('int_financial__spans') }}
    where measure = 'overdue_invoices'
),

totals as (
    {{ span_totals('spans', 'spine', ['open_p1_tickets', 'overdue_invoices']) }}
),

final as (
    select * from totals
    where open_p1_tickets > 0 or overdue_invoices > 0
)

select * from final
