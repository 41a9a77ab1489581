"""Salesforce, as Fivetran loads it, its accounts in history mode.

Calls and e-mails are tasks, and everything else is an event. A role is a relation of its own.

Not there is what Salesforce's types cannot hold: a day or time that is none. Its row is left out if
it would be refused for it; else the cell is empty. Nor are states of accounts from before there
were CRMs: their time is the loader's.
"""

from __future__ import annotations

VIEWS = {
    "dated_activities": """
        select
            *,
            prefixed('003', contact_id) as who_id,
            moment(occurred_at) as occurred_time,
            -- attendance is a field of events
            is_blank(attendance)
            and (is_blank(activity_type) or clean(activity_type) in ('call', 'email')) as is_task
        from activities
        where is_time(occurred_at, known_at)
    """,
}

TABLES = {
    "account": """
        select
            account_id as id,
            false as is_deleted,
            false as _fivetran_deleted,
            coalesce(real_moment(valid_from), timestamp '1990-01-01') as _fivetran_start,
            rank() over (
                partition by clean(account_id)
                order by real_moment(valid_from) desc nulls last
            ) = 1 as _fivetran_active,
            account_name as name,
            parent_account_id as parent_id,
            industry,
            employees as number_of_employees,
            region as billing_country,
            csm_owner_id as owner_id,
            plan,
            deployment_model,
            use_case,
            cast(moment(customer_since_date) as date) as customer_since_date,
            cast(moment(churned_date) as date) as churned_date,
            support_plan
        from accounts
        where
            is_time(valid_from, churned_date)
            and coalesce(real_moment(valid_from) >= timestamp '1990-01-01', true)
    """,
    "contact": """
        select
            prefixed('003', contact_id) as id,
            false as is_deleted,
            account_id,
            full_name as name,
            email,
            department,
            moment(created_at) as created_date,
            moment(left_at) as left_at
        from contacts
        where is_time(created_at, left_at)
    """,
    "account_contact_relation": """
        select
            '07k' || code_of(contact_id || account_id || role || start_date) as id,
            false as is_deleted,
            account_id,
            prefixed('003', contact_id) as contact_id,
            role as roles,
            real_moment(end_date) is null as is_active,
            cast(moment(start_date) as date) as start_date,
            -- the last day
            case
                when real_moment(end_date) is null then cast(moment(end_date) as date)
                else cast(moment(end_date) as date) - 1
            end as end_date
        from contact_roles
        where is_time(start_date, end_date)
    """,
    "event": """
        select
            activity_id as id,
            false as is_deleted,
            false as is_child,
            account_id,
            who_id,
            activity_type as type,
            occurred_time as start_date_time,
            attendance
        from dated_activities
        where not is_task
    """,
    "task": """
        select
            activity_id as id,
            false as is_deleted,
            true as is_closed,
            account_id,
            who_id,
            nullif(trim(activity_type), '') as type,
            case clean(activity_type)
                when 'call' then 'Call'
                when 'email' then 'Email'
                else 'Task'
            end as task_subtype,
            occurred_time as completed_date_time
        from dated_activities
        where is_task
    """,
    "opportunity": """
        select
            prefixed('006', opportunity_id) as id,
            false as is_deleted,
            account_id,
            case clean(opportunity_type)
                when 'expansion' then 'Existing Business'
                when 'new_business' then 'New Business'
                else opportunity_type
            end as type,
            stage as stage_name,
            amount,
            moment(created_at) as created_date,
            real_moment(closed_at) is not null as is_closed,
            coalesce(is_won, false) as is_won,
            -- while open, the day hoped for
            cast(
                coalesce(real_moment(closed_at), moment(created_at) + interval 90 day) as date
            ) as close_date
        from opportunities
        where is_time(created_at, closed_at)
    """,
}
