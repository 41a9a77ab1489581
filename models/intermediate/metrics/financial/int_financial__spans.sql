with invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where not is_void
),

signals as (
    select
        *,
        cast(occurred_at as date) as signal_date
    from {{ ref('stg_signals__account_signals') }}
),

signal_types as (
    select * from {{ ref('signal_types') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

owed as (
    select * from invoices
    where is_owed
),

-- unpaid from the day after the due date until paid
overdue as (
    select
        owed.account_id,
        greatest(owed.known_date, {{ add_days('owed.due_date', 1) }}) as late_from_date,
        greatest(
            owed.known_date,
            {{ add_days('owed.due_date', '1 + thresholds.payment_past_due_days') }}
        ) as past_due_from_date,
        owed.paid_date
    from owed
    cross join thresholds
),

paid as (
    select
        account_id,
        paid_date,
        greatest(known_date, paid_date) as from_date,
        greatest({{ days_between('due_date', 'paid_date') }}, 0) as days_late
    from owed
    where paid_date is not null
),

weighed_signals as (
    select
        signals.account_id,
        signals.known_date,
        signals.signal_date,
        signal_types.budget_effect
    from signals
    inner join signal_types on signals.signal_type = signal_types.signal_type
    where signal_types.budget_effect <> 0
),

final as (
    select {{ span('invoices_known', 'known_date') }}
    from invoices
    union all
    select {{ span('overdue_invoices', 'late_from_date', 'paid_date') }}
    from overdue
    union all
    select {{ span('past_due_invoices', 'past_due_from_date', 'paid_date') }}
    from overdue
    union all
    select {{ span('days_late_12m', 'from_date', add_days('paid_date', 365), 'days_late') }}
    from paid
    union all
    select {{ span('invoices_paid_12m', 'from_date', add_days('paid_date', 365)) }}
    from paid
    union all
    select
        {{ span(
            'budget_signal_180d', 'known_date', add_days('signal_date', 180), 'budget_effect'
        ) }}
    from weighed_signals
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
