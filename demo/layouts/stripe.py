"""Stripe, as Fivetran loads it.

The company signs terms and bills them in parts, and what was bought Stripe tells by invoices alone.
So each term is a subscription of its own, with a price of its own, and billed as it is signed, on
an invoice that a credit settles; the parts are invoices by hand.

Not there is what Stripe cannot hold: rows with a date that no timestamp can hold, rows with fewer
seats than none, and numbers of seats that are no count. Nor are invoices that lack the day on which
they are due: Stripe's are due at once. An account is one customer, spelled in one way.
"""

from __future__ import annotations

VIEWS = {
    # a term is named by its id, or by its place where it has none
    "named": """
        select
            subscriptions.*,
            coalesce(nullif(clean(subscription_id), ''), row_number() over ()::varchar) as name,
            moment(start_date) as start_time,
            moment(end_date) as end_time,
            -- what is no count of seats is sold as one piece
            case when seats < 1e6 then seats::bigint end as n_seats,
            case
                when contract_structure = 'monthly' then 1
                when contract_structure = 'annual' then 12
                else 12 * round(datediff('month', moment(start_date), moment(end_date)) / 12)
            end::bigint as n_months,
            coalesce(minor_units.units, 100) as units
        from subscriptions
        left join minor_units on upper(subscriptions.currency) = minor_units.currency
        where is_time(start_date, end_date, cancelled_date, known_at) and coalesce(seats, 0) >= 0
    """,
    "terms": """
        select
            * exclude (currency),
            lower(currency) as currency,
            'cus_' || clean(account_id) as customer_id,
            coalesce(n_seats, 1) as quantity,
            coalesce(real_moment(known_at), start_time) as signed_at,
            moment(cancelled_date) as ended_at,
            arr * n_months / 12 * units as amount
        from named
    """,
    # one of those that are told twice
    "subscriptions_once": "select distinct on (name) * from terms",
}

TABLES = {
    "customer": """
        select
            'cus_' || clean(account_id) as id,
            '{"account_id": "' || min(account_id) || '"}' as metadata,
            false as is_deleted,
            true as livemode
        from (
            select account_id from subscriptions
            union all
            select account_id from invoices
        )
        group by clean(account_id)
    """,
    "product": """
        select
            'prod_' || plan as id,
            plan as name,
            case when count(n_seats) > count(*) / 2 then 'seat' end as unit_label,
            true as active
        from terms
        group by plan
    """,
    "price": """
        select
            'price_' || name as id,
            'prod_' || plan as product_id,
            currency,
            round(amount / quantity)::bigint as unit_amount,
            round((amount / quantity)::decimal(30, 12), 12) as unit_amount_decimal,
            case when n_months = 1 then 'month' else 'year' end as recurring_interval,
            case when n_months = 1 then 1 else n_months // 12 end as recurring_interval_count,
            'licensed' as recurring_usage_type
        from subscriptions_once
    """,
    "subscription": """
        select
            'sub_' || name as id,
            customer_id,
            case when is_past(ended_at) then 'canceled' else 'active' end as status,
            not is_auto_renew as cancel_at_period_end,
            signed_at as created,
            start_time as current_period_start,
            end_time as current_period_end,
            ended_at,
            true as livemode
        from subscriptions_once
    """,
    "invoice": """
        select
            'in_' || name as id,
            customer_id,
            'sub_' || name as subscription_id,
            'paid' as status,
            true as paid,
            currency,
            round(amount)::bigint as subtotal,
            round(amount)::bigint as pre_payment_credit_notes_amount,
            0::bigint as amount_due,
            signed_at as created,
            signed_at as finalized_at,
            null::timestamp as status_transitions_paid_at,
            null::timestamp as due_date,
            true as livemode
        from subscriptions_once
        union all
        select
            invoice_id as id,
            'cus_' || clean(account_id) as customer_id,
            null as subscription_id,
            case
                when is_void then 'void'
                when real_moment(paid_date) is not null then 'paid'
                else 'open'
            end as status,
            not coalesce(is_void, false) and real_moment(paid_date) is not null as paid,
            lower(invoices.currency) as currency,
            round(amount * coalesce(units, 100))::bigint as subtotal,
            0::bigint as pre_payment_credit_notes_amount,
            round(amount * coalesce(units, 100))::bigint as amount_due,
            moment(issued_date) as created,
            moment(issued_date) as finalized_at,
            moment(paid_date) as status_transitions_paid_at,
            moment(due_date) as due_date,
            true as livemode
        from invoices
        left join minor_units on upper(invoices.currency) = minor_units.currency
        where
            is_time(issued_date, due_date, paid_date, known_at)
            and real_moment(due_date) is not null
    """,
    "invoice_line_item": """
        select
            subscription_id as id,
            subscription_id as unique_id,
            'in_' || name as invoice_id,
            'sub_' || name as subscription_id,
            'si_' || name as subscription_item_id,
            'price_' || name as price_id,
            'subscription' as type,
            round(amount)::bigint as amount,
            currency,
            quantity,
            false as proration,
            start_time as period_start,
            end_time as period_end,
            true as livemode
        from terms
    """,
}
