with tickets as (
    {{ raw_rows('hubspot', 'ticket', keep_raw=true) }}
),

ticket_companies as (
    {{ raw_rows('hubspot', 'ticket_company') }}
),

ticket_contacts as (
    {{ raw_rows('hubspot', 'ticket_contact') }}
),

contacts as (
    {{ raw_rows('hubspot', 'contact') }}
),

customer_copies as (
    {{ raw_rows('hubspot', 'company', keep_raw=true) }}
),

ticket_stages as (
    {{ raw_rows('hubspot', 'ticket_pipeline_stage') }}
),

history as (
    {{ raw_rows('hubspot', 'ticket_property_history') }}
),

-- what a loader delivers twice is one record
customers as (
    select
        id,
        min(property_domain) as property_domain,
        max(coalesce(is_test, false)) as is_test
    from customer_copies
    where left_out is null or is_test
    group by id
),

-- 25 and 26 mark the primary company, seen from either side
companies as (
    select
        ticket_id,
        coalesce(
            min(
                case
                    when type_id in (25, 26) and coalesce(category, '') <> 'USER_DEFINED'
                        then company_id
                end
            ),
            min(company_id)
        ) as company_id
    from ticket_companies
    group by ticket_id
),

companies_of_contacts as (
    select
        ticket_contacts.ticket_id,
        min(contacts.property_associatedcompanyid) as company_id,
        {{ dbt.listagg('contacts.property_email', "';'", 'order by contacts.property_email') }}
            as emails
    from ticket_contacts
    inner join contacts on ticket_contacts.contact_id = contacts.id
    group by ticket_contacts.ticket_id
),

stages as (
    select
        stage_id,
        max(coalesce(is_closed, ticket_state = 'CLOSED')) as is_closed
    from ticket_stages
    group by stage_id
),

statuses as (
    select
        history.ticket_id,
        history.timestamp_instant,
        stages.is_closed,
        lag(stages.is_closed) over (
            partition by history.ticket_id
            order by history.timestamp_instant, stages.is_closed
        ) as was_closed
    from history
    inner join stages
        on
            concat_ws(':', history.source_relation, {{ clean_id('history.value') }})
            = stages.stage_id
    where history.name = 'hs_pipeline_stage'
),

changes as (
    select
        ticket_id,
        max(case when is_closed and not coalesce(was_closed, false) then timestamp_instant end)
            as resolved_at,
        max(case when was_closed and not is_closed then timestamp_instant end) as reopened_at
    from statuses
    group by ticket_id
),

merged_ids as (
    select
        source_relation,
        {{ text_rows("coalesce(property_hs_merged_object_ids, '')", ';') }} as merged_id
    from tickets
),

merged as (
    select distinct concat_ws(':', source_relation, trim(merged_id)) as id
    from merged_ids
),

final as (
    select
        tickets.source_relation,
        tickets.raw_id as ticket_id,
        coalesce(companies.company_id, companies_of_contacts.company_id) as account_id,
        coalesce(customers.property_domain, companies_of_contacts.emails) as account_domain,
        tickets.raw_property_hs_ticket_priority as priority,
        tickets.raw_property_createdate as created_at,
        tickets.raw_property_first_agent_reply_date as first_response_at,
        -- without a history, a ticket that is open now was never closed as far as is known
        coalesce(
            cast(changes.resolved_at as varchar),
            case
                when coalesce(stages.is_closed, true)
                    then cast(tickets.raw_property_closed_date as varchar)
            end
        ) as resolved_at,
        changes.reopened_at,
        tickets.raw_escalated_at as escalated_at,
        tickets.raw_is_escalated as is_escalated,
        tickets.raw_csat_score as csat_score,
        tickets.raw_csat_at as csat_at,
        tickets.raw_sentiment as sentiment,
        tickets.raw_property_subject as subject,
        case
            when merged.id is not null then 'merged into another ticket'
            when tickets.left_out is null and customers.is_test then 'test account'
            else tickets.left_out
        end as left_out
    from tickets
    left join companies on tickets.id = companies.ticket_id
    left join companies_of_contacts on tickets.id = companies_of_contacts.ticket_id
    left join customers
        on coalesce(companies.company_id, companies_of_contacts.company_id) = customers.id
    left join stages on tickets.property_hs_pipeline_stage = stages.stage_id
    left join changes on tickets.id = changes.ticket_id
    left join merged on tickets.id = merged.id
)

select * from final
