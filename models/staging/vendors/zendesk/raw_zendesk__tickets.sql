with tickets as (
    {{ raw_rows('zendesk', 'ticket', keep_raw=true) }}
),

organizations as (
    {{ raw_rows('zendesk', 'organization', keep_raw=true) }}
),

domains as (
    {{ raw_rows('zendesk', 'domain_name') }}
),

users as (
    {{ raw_rows('zendesk', 'user') }}
),

tags as (
    {{ raw_rows('zendesk', 'ticket_tag') }}
),

comments as (
    {{ raw_rows('zendesk', 'ticket_comment') }}
),

field_history as (
    {{ raw_rows('zendesk', 'ticket_field_history') }}
),

-- what a loader delivers twice is one record; a ticket of a test organisation is no customer's,
-- whoever asked
accounts as (
    select
        id as organization_id,
        min(coalesce(account_id, external_id, id)) as account_id,
        max(coalesce(is_test, false)) as is_test
    from organizations
    where left_out is null or is_test
    group by id
),

requesters as (
    select
        id,
        min(role) as role,  -- noqa: RF04
        min(email) as email,
        min(organization_id) as organization_id
    from users
    group by id
),

organizations_of_domains as (
    select
        lower(domain_name) as domain_name,
        min(organization_id) as organization_id
    from domains
    group by lower(domain_name)
    -- a domain that two share says nothing
    having count(distinct organization_id) = 1
),

domains_of_organizations as (
    select
        organization_id,
        {{ dbt.listagg('domain_name', "';'", 'order by domain_name') }} as domain_names
    from domains
    group by organization_id
),

-- who has left is an end user now, and has had tickets
agents as (
    select id as user_id
    from users
    where role in ('agent', 'admin') and not coalesce(is_bot, false)
    union
    select tickets.assignee_id as user_id
    from tickets
    inner join users on tickets.assignee_id = users.id
    where not coalesce(users.is_bot, false)
    union
    select users.id as user_id
    from field_history
    inner join users
        on concat_ws(':', field_history.source_relation, field_history.value) = users.id
    where field_history.field_name = 'assignee_id' and not coalesce(users.is_bot, false)
),

first_responses as (
    select
        comments.ticket_id,
        min(comments.created) as first_response_at
    from comments
    inner join agents on comments.user_id = agents.user_id
    where comments.public
    group by comments.ticket_id
),

statuses as (
    select
        ticket_id,
        updated,
        value in ('solved', 'closed') as is_solved,
        lag(value in ('solved', 'closed'))
            over (partition by ticket_id order by updated, value in ('solved', 'closed'))
            as was_solved
    from field_history
    -- new is what a ticket begins with, and no re-opening
    where field_name = 'status' and value not in ('deleted', 'new')
),

turns as (
    select
        ticket_id,
        max(case when is_solved and not coalesce(was_solved, false) then updated end)
            as resolved_at,
        max(case when was_solved and not is_solved then updated end) as reopened_at
    from statuses
    group by ticket_id
),

-- an offer is no answer
answers as (
    select
        ticket_id,
        case value when 'good' then '5' when 'bad' then '1' else value end as csat_score,
        updated as csat_at,
        row_number() over (partition by ticket_id order by updated desc, value asc) as recency
    from field_history
    where field_name = 'satisfaction_score' and value not in ('offered', 'unoffered')
),

merged_ids as (
    select
        source_relation,
        {{ text_rows("replace(translate(merged_ticket_ids, '[]', ''), ' ', '')", ',') }}
            as merged_id
    from tickets
),

merged as (
    select ticket_id
    from tags
    where tag = 'closed_by_merge'
    union
    select concat_ws(':', source_relation, merged_id) as ticket_id
    from merged_ids
),

final as (
    select
        tickets.source_relation,
        tickets.raw_id as ticket_id,
        accounts.account_id,
        coalesce(domains_of_organizations.domain_names, requesters.email) as account_domain,
        tickets.raw_priority as priority,
        tickets.raw_created_at as created_at,
        first_responses.first_response_at,
        case
            -- where history does not have it the last change is the nearest that is known
            when
                tickets.status in ('solved', 'closed')
                and (
                    turns.resolved_at is null
                    or turns.reopened_at > turns.resolved_at
                )
                then cast(tickets.raw_updated_at as varchar)
            else cast(turns.resolved_at as varchar)
        end as resolved_at,
        turns.reopened_at,
        tickets.raw_escalated_at as escalated_at,
        tickets.raw_is_escalated as is_escalated,
        answers.csat_score,
        answers.csat_at,
        tickets.raw_sentiment as sentiment,
        tickets.raw_subject as subject,
        coalesce(
            tickets.left_out,
            case
                when tickets.status = 'deleted' then 'deleted in Zendesk'
                when merged.ticket_id is not null then 'merged into another ticket'
                when accounts.is_test then 'test account'
                when requesters.role in ('agent', 'admin') then 'ticket of our own people'
            end
        ) as left_out
    from tickets
    left join requesters on tickets.requester_id = requesters.id
    left join organizations_of_domains
        on
            lower({{ dbt.split_part('requesters.email', "'@'", 2) }})
            = organizations_of_domains.domain_name
    left join accounts
        on
            coalesce(
                tickets.organization_id,
                requesters.organization_id,
                organizations_of_domains.organization_id
            ) = accounts.organization_id
    left join domains_of_organizations
        on accounts.organization_id = domains_of_organizations.organization_id
    left join first_responses on tickets.id = first_responses.ticket_id
    left join turns on tickets.id = turns.ticket_id
    left join answers on tickets.id = answers.ticket_id and answers.recency = 1
    left join merged on tickets.id = merged.ticket_id
)

select * from final
