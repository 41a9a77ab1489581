"""Recurly, as Fivetran loads it.

Each term is a subscription of its own, made when it is signed: Recurly knows of a renewal ahead of
its day only by a subscription to come. An account has one row, whose `code` is the CRM's id.

Not there is what Recurly's types cannot hold: rows with a date that no timestamp can hold, numbers
of seats that are none, and odd spellings of an account row by row.
"""

from __future__ import annotations

VIEWS = {
    "terms": """
        select
            *,
            moment(start_date) as start_time,
            moment(end_date) as end_time,
            real_moment(cancelled_date) as expires_at,
            coalesce(real_moment(known_at), moment(start_date)) as signed_at,
            coalesce(case when isfinite(seats) then seats::bigint end, 1) as quantity,
            case
                when contract_structure = 'monthly' then 1
                when contract_structure = 'annual' then 12
                else 12 * round(datediff('month', moment(start_date), moment(end_date)) / 12)
            end::bigint as n_months
        from subscriptions
        where is_time(start_date, end_date, cancelled_date, known_at)
    """,
}

TABLES = {
    "account_history": """
        select
            code_of(account_id) as id,
            min(account_id) as code,
            'active' as state,
            min(updated_at) as created_at,
            min(updated_at) as updated_at
        from (
            select account_id, start_time as updated_at from terms
            union all
            select account_id, moment(issued_date) as updated_at from invoices
        )
        group by code_of(account_id)
    """,
    "plan_history": """
        select
            code_of(plan || n_months) as id,
            plan || '-' || n_months as code,
            plan as name,
            'active' as state,
            'months' as interval_unit,
            n_months as interval_length,
            min(start_time) as created_at,
            min(start_time) as updated_at
        from terms
        group by plan, n_months
    """,
    "subscription_history": """
        select
            subscription_id as id,
            code_of(account_id) as account_id,
            code_of(plan || n_months) as plan_id,
            case when expires_at is null then 'active' else 'expired' end as state,
            signed_at as created_at,
            coalesce(expires_at, start_time) as updated_at,
            start_time as activated_at,
            start_time as current_term_started_at,
            end_time as current_term_ends_at,
            start_time as current_period_started_at,
            end_time as current_period_ends_at,
            expires_at,
            is_auto_renew as auto_renew,
            currency,
            quantity,
            arr * n_months / 12 / quantity as unit_amount,
            0.0::double as add_ons_total,
            arr * n_months / 12 as subtotal
        from terms
    """,
    "invoice_history": """
        select
            invoice_id as id,
            code_of(account_id) as account_id,
            'charge' as type,
            case
                when is_void then 'voided'
                when real_moment(paid_date) is not null then 'paid'
                else 'pending'
            end as state,
            moment(issued_date) as created_at,
            coalesce(real_moment(paid_date), moment(issued_date)) as updated_at,
            moment(due_date) as due_at,
            real_moment(paid_date) as closed_at,
            currency,
            amount::double as total
        from invoices
        where is_time(issued_date, due_date, paid_date, known_at)
    """,
}
