{{ config(materialized='incremental', incremental_strategy='window') }}

with account_days as (
    select
        *,
        first_value(arr) over (
            partition by account_id
            order by day_number
            range between 365 preceding and current row
        ) as arr_before
    from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date', 365) }}
),

spine as (
    select * from account_days
    where {{ in_window('as_of_date') }}
),

totals as (
    {{ span_totals(ref('int_financial__spans'), 'spine', [
        'invoices_known',
        'overdue_invoices',
        'past_due_invoices',
        'days_late_12m',
        'invoices_paid_12m',
        'budget_signal_180d',
    ]) }}
),

measured as (
    select
        spine.account_id,
        spine.as_of_date,
        case
            when totals.past_due_invoices > 0 then 2
            when totals.overdue_invoices > 0 then 1
            when totals.invoices_known > 0 then 0
        end as payment_status_code,
        totals.days_late_12m / nullif(totals.invoices_paid_12m, 0) as avg_days_late_12m,
        nullif(totals.overdue_invoices, 0) as overdue_invoices,
        case
            when spine.arr is not null
                then greatest(spine.arr - spine.arr_before, 0) / nullif(spine.arr_before, 0)
        end as expansion_share_12m,
        case
            when spine.arr is not null
                then greatest(spine.arr_before - spine.arr, 0) / nullif(spine.arr_before, 0)
        end as contraction_share_12m,
        case
            when spine.term_end_date is null and spine.term_start_date is not null then 1
            else round({{ days_between('spine.term_start_date', 'spine.term_end_date') }} / 30.4375)
        end as contract_months,
        case
            when spine.term_start_date is null then null
            when spine.renewal_date is null then 1
            -- beyond any term of three months
            when {{ days_between('spine.as_of_date', 'spine.renewal_date') }} > 92 then 2
            -- three months at most: it ends within 90 days as long as it lasts
            when {{ days_between('spine.term_start_date', 'spine.term_end_date') }} <= 92 then 1
            when {{ days_between('spine.as_of_date', 'spine.renewal_date') }} <= 90 then 0
            else 2
        end as commitment_90d,
        nullif(totals.budget_signal_180d, 0) as budget_signal_180d
    from spine
    inner join totals
        on spine.account_id = totals.account_id and spine.as_of_date = totals.as_of_date
),

final as (
    {{ metrics_as_of('financial', 'measured') }}
)

select * from final
