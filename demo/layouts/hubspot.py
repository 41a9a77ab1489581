"""HubSpot's CRM, as Fivetran loads it.

A company is as it stands now, and so are a contact's roles, which have no dates. A meeting is one
engagement of all who were invited, and what became of it one outcome: it took place if anybody
came. Calls and e-mails are to single contacts; an answer is an e-mail of the same thread.

Not there is what HubSpot cannot hold: an activity without a kind, roles of nobody, links to a
contact whose id cannot be read, and a day or time that is none, except when a call or meeting took
place. Its row is left out if it would be
refused for it; else the cell is empty.
"""

from __future__ import annotations

VIEWS = {
    "companies": """
        select *
        from accounts
        where
            is_time(valid_from, churned_date)
            and coalesce(real_moment(valid_from) >= timestamp '1990-01-01', true)
        qualify rank() over (
            partition by clean(account_id)
            order by real_moment(valid_from) desc nulls last
        ) = 1
    """,
    "people": """
        select distinct on (clean(contact_id))
            clean(contact_id) as contact_id,
            clean(account_id) as account_id
        from contacts
    """,
    "roles_held": """
        select
            clean(contact_id) as contact_id,
            clean(account_id) as account_id,
            string_agg(distinct upper(trim(role)), ';' order by upper(trim(role))) as roles
        from contact_roles
        where
            is_time(start_date, end_date) and real_moment(end_date) is null and not is_blank(role)
        group by clean(contact_id), clean(account_id)
    """,
    "sorted_activities": """
        select
            activities.*,
            -- whom another company employs HubSpot would count there
            case
                when
                    is_plain(activities.contact_id)
                    and coalesce(people.account_id = clean(activities.account_id), true)
                    then activities.contact_id
            end as named_contact_id,
            case
                when is_blank(attendance) and clean(activity_type) in ('call', 'email')
                    then clean(activity_type)
                else 'meeting'
            end as kind,
            moment(occurred_at) as occurred_time,
            -- odd rows keep to themselves
            concat_ws(
                '|',
                clean(activities.account_id),
                clean(activity_type),
                coalesce(occurred_time::varchar, occurred_at),
                case
                    when clean(attendance) not in ('', 'attended', 'declined', 'no_show')
                        then attendance
                end,
                case when not is_plain(activity_id) then 'odd' || coalesce(activity_id, '') end
            ) as meeting
        from activities
        left join people on clean(activities.contact_id) = people.contact_id
        where is_time(known_at) and not is_blank(activity_type)
    """,
    "engagements": """
        select
            *,
            case
                when kind = 'meeting' and is_plain(activity_id)
                    then min(clean(activity_id)) over (partition by kind, meeting)
                else activity_id
            end as engagement_id
        from sorted_activities
    """,
}

TABLES = {
    "company": """
        select
            account_id as id,
            false as is_deleted,
            account_name as property_name,
            parent_account_id as property_hs_parent_company_id,
            industry as property_industry,
            employees as property_numberofemployees,
            region as property_country,
            csm_owner_id as property_hubspot_owner_id,
            plan,
            deployment_model,
            use_case,
            cast(moment(customer_since_date) as date) as customer_since_date,
            cast(moment(churned_date) as date) as churned_date,
            support_plan
        from companies
    """,
    "contact": """
        select
            contacts.contact_id as id,
            false as is_deleted,
            contacts.account_id as property_associatedcompanyid,
            split_part(full_name, ' ', 1) as property_firstname,
            nullif(substr(full_name, length(split_part(full_name, ' ', 1)) + 2), '')
                as property_lastname,
            email as property_email,
            moment(created_at) as property_createdate,
            roles as property_hs_buying_role,
            department,
            moment(left_at) as left_at
        from contacts
        left join roles_held
            on
                clean(contacts.contact_id) = roles_held.contact_id
                and clean(contacts.account_id) = roles_held.account_id
        where is_time(created_at, left_at)
    """,
    "engagement_call": """
        select
            engagement_id,
            occurred_at as property_hs_timestamp,
            'COMPLETED' as property_hs_call_status
        from engagements
        where kind = 'call'
    """,
    "engagement_email": """
        select
            engagement_id,
            occurred_time as property_hs_timestamp,
            'EMAIL' as property_hs_email_direction,
            'SENT' as property_hs_email_status,
            engagement_id as property_hs_email_thread_id
        from engagements
        where kind = 'email'
        union all
        select
            'answer-' || clean(engagement_id),
            real_moment(answered_at),
            'INCOMING_EMAIL',
            'SENT',
            engagement_id
        from engagements
        where kind = 'email' and real_moment(answered_at) is not null
    """,
    "engagement_meeting": """
        select
            engagement_id,
            min(occurred_at) as property_hs_timestamp,
            min(occurred_at) as property_hs_meeting_start_time,
            case
                when bool_or(clean(attendance) = 'attended') then 'COMPLETED'
                when bool_or(is_blank(attendance)) then 'SCHEDULED'
                when bool_or(clean(attendance) = 'no_show') then 'NO_SHOW'
                when bool_or(clean(attendance) = 'declined') then 'CANCELED'
                else upper(min(attendance))
            end as property_hs_meeting_outcome,
            min(activity_type) as activity_type
        from engagements
        where kind = 'meeting'
        group by engagement_id, meeting
    """,
    "engagement_contact": """
        select distinct
            engagement_id,
            named_contact_id as contact_id
        from engagements
        where named_contact_id is not null
    """,
    "engagement_company": """
        select distinct
            engagement_id,
            clean(account_id) as company_id
        from engagements
    """,
    "deal": """
        select
            opportunity_id as deal_id,
            false as is_deleted,
            'stage-' || stage as deal_pipeline_stage_id,
            case clean(opportunity_type)
                when 'expansion' then 'existingbusiness'
                when 'new_business' then 'newbusiness'
                else opportunity_type
            end as property_dealtype,
            amount as property_amount,
            moment(created_at) as property_createdate,
            -- while open, the day hoped for
            coalesce(
                real_moment(closed_at), moment(created_at) + interval 90 day
            ) as property_closedate,
            real_moment(closed_at) is not null as property_hs_is_closed,
            coalesce(is_won, false) as property_hs_is_closed_won
        from opportunities
        where is_time(created_at, closed_at)
    """,
    "deal_company": """
        select distinct on (clean(opportunity_id))
            opportunity_id as deal_id,
            account_id as company_id,
            5 as type_id,
            'HUBSPOT_DEFINED' as category
        from opportunities
        where is_plain(opportunity_id)
    """,
    "deal_pipeline_stage": """
        select distinct
            'stage-' || stage as stage_id,
            stage as label,
            case stage when 'closed_won' then 1 when 'closed_lost' then 0 else 0.5 end::double
                as probability
        from opportunities
        where stage is not null
    """,
}
