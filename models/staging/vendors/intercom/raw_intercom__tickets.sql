with conversations as (
    {{ raw_rows('intercom', 'conversation_history', keep_raw=true) }}
),

parts as (
    {{ raw_rows('intercom', 'conversation_part_history') }}
),

conversation_contacts as (
    {{ raw_rows('intercom', 'conversation_contact_history') }}
),

contacts as (
    {{ raw_rows('intercom', 'contact_history') }}
),

contact_companies as (
    {{ raw_rows('intercom', 'contact_company_history') }}
),

companies as (
    {{ raw_rows('intercom', 'company_history', keep_raw=true) }}
),

accounts as (
    select
        id,
        coalesce(company_id, id) as account_id,
        website,
        coalesce(is_test, false) as is_test
    from companies
    qualify row_number() over (partition by id order by _fivetran_active desc, updated_at desc) = 1
),

people as (
    select
        id,
        role,
        email
    from contacts
    qualify row_number() over (partition by id order by _fivetran_active desc, updated_at desc) = 1
),

accounts_of_contacts as (
    select
        conversation_contacts.conversation_id,
        min(coalesce(accounts.account_id, contact_companies.company_id)) as account_id,
        count(distinct contact_companies.company_id) as n_companies,
        max(accounts.is_test) as is_test,
        {{ dbt.listagg(
            'coalesce(accounts.website, people.email)', "';'",
            'order by coalesce(accounts.website, people.email)'
        ) }} as domains,
        count(*) = count(case when people.role = 'lead' then 1 end) as is_of_leads
    from conversation_contacts
    left join contact_companies
        on
            conversation_contacts.contact_id = contact_companies.contact_id
            and coalesce(contact_companies._fivetran_active, true)
    left join accounts on contact_companies.company_id = accounts.id
    left join people on conversation_contacts.contact_id = people.id
    where coalesce(conversation_contacts._fivetran_active, true)
    group by conversation_contacts.conversation_id
),

-- a version may lag behind what was done, and the parts may lack
statuses as (
    select
        id as conversation_id,
        updated_at as from_time,
        state = 'closed' as is_closed
    from conversations
    where state is not null
    union all
    select
        conversation_id,
        created_at as from_time,
        part_type = 'close' as is_closed
    from parts
    where
        part_type in ('close', 'open')
        or (part_type = 'comment' and author_type in ('user', 'lead', 'contact'))
),

ordered as (
    select
        *,
        lag(is_closed) over (
            partition by conversation_id
            order by from_time, is_closed
        ) as was_closed
    from statuses
),

changes as (
    select
        conversation_id,
        max(case when is_closed and not coalesce(was_closed, false) then from_time end)
            as resolved_at,
        max(case when was_closed and not is_closed then from_time end) as reopened_at
    from ordered
    group by conversation_id
),

-- one that we began is a ticket from the customer's answer on
beginnings as (
    select
        *,
        coalesce(
            source_delivered_as <> 'customer_initiated', source_author_type in ('admin', 'bot')
        ) as is_outbound,
        row_number() over (partition by id order by updated_at desc) as version_number
    from conversations
),

-- notes are for colleagues, and a bot is no person
first_responses as (
    select
        parts.conversation_id,
        beginnings.version_number,
        min(parts.created_at) as first_response_at
    from parts
    inner join beginnings
        on
            parts.conversation_id = beginnings.id
            and (
                not coalesce(beginnings.is_outbound, false)
                or parts.created_at >= beginnings.first_contact_reply_created_at
            )
    where
        parts.author_type = 'admin'
        and (
            parts.part_type = 'comment' or (parts.part_type <> 'note' and parts.body is not null)
        )
    group by parts.conversation_id, beginnings.version_number
),

judged as (
    select
        beginnings.*,
        case
            when beginnings.company_id is not null
                then coalesce(accounts.account_id, beginnings.company_id)
            when accounts_of_contacts.n_companies = 1 then accounts_of_contacts.account_id
        end as account_id,
        coalesce(accounts.website, accounts_of_contacts.domains) as account_domain,
        coalesce(accounts_of_contacts.n_companies, 0) as n_companies,
        case
            when beginnings.company_id is not null then accounts.is_test
            when accounts_of_contacts.n_companies = 1 then accounts_of_contacts.is_test
        end as is_test,
        coalesce(accounts_of_contacts.is_of_leads, false) as is_of_leads,
        changes.resolved_at,
        changes.reopened_at,
        first_responses.first_response_at
    from beginnings
    left join accounts on beginnings.company_id = accounts.id
    left join accounts_of_contacts on beginnings.id = accounts_of_contacts.conversation_id
    left join changes on beginnings.id = changes.conversation_id
    left join first_responses
        on
            beginnings.id = first_responses.conversation_id
            and beginnings.version_number = first_responses.version_number
),

final as (
    select
        source_relation,
        raw_id as ticket_id,
        account_id,
        account_domain,
        raw_priority as priority,
        case
            when is_outbound then cast(raw_first_contact_reply_created_at as varchar)
            else cast(raw_created_at as varchar)
        end as created_at,
        first_response_at,
        resolved_at,
        reopened_at,
        raw_conversation_rating_value as csat_score,
        raw_conversation_rating_created_at as csat_at,
        raw_source_subject as subject,
        case
            when not coalesce(_fivetran_active, version_number = 1) then 'earlier version of a row'
            when is_test then 'test account'
            when is_outbound and raw_first_contact_reply_created_at is null
                then 'message of ours that nobody answered'
            when account_id is null and n_companies > 1 then 'people of several companies'
            when account_id is null and is_of_leads then 'conversation of a lead'
        end as left_out
    from judged
)

select * from final
