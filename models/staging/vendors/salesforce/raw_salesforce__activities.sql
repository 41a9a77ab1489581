with events as (
    {{ raw_rows('salesforce', 'event', keep_raw=true) }}
),

tasks as (
    {{ raw_rows('salesforce', 'task', keep_raw=true) }}
),

contacts as (
    {{ raw_rows('salesforce', 'contact') }}
),

opportunities as (
    {{ raw_rows('salesforce', 'opportunity') }}
),

-- what a loader delivers twice is one record
accounts_of_contacts as (
    select
        id,
        min(account_id) as account_id
    from contacts
    group by id
),

accounts_of_opportunities as (
    select
        id,
        min(account_id) as account_id
    from opportunities
    group by id
),

activities as (
    select
        source_relation,
        raw_id as activity_id,
        raw_account_id as account_id,
        who_id,
        raw_who_id,
        what_id,
        coalesce(type, 'meeting') as activity_type,
        coalesce(
            cast(raw_start_date_time as varchar),
            cast(raw_activity_date_time as varchar),
            cast(raw_activity_date as varchar)
        ) as occurred_at,
        raw_attendance as attendance,
        left_out
    from events
    union all
    select
        source_relation,
        raw_id as activity_id,
        raw_account_id as account_id,
        who_id,
        raw_who_id,
        what_id,
        coalesce(type, task_subtype) as activity_type,
        coalesce(
            cast(raw_completed_date_time as varchar), cast(raw_activity_date as varchar)
        ) as occurred_at,
        null as attendance,
        coalesce(
            left_out,
            case
                when coalesce(lower(type), lower(task_subtype), 'task') = 'task'
                    then 'task that is no call or e-mail'
            end
        ) as left_out
    from tasks
),

final as (
    select
        activities.source_relation,
        activities.activity_id,
        coalesce(
            cast(activities.account_id as varchar),
            accounts_of_contacts.account_id,
            accounts_of_opportunities.account_id
        ) as account_id,
        -- leads are no contacts yet
        case when regexp_matches(activities.who_id, '(^|:)003') then activities.raw_who_id end
            as contact_id,
        activities.activity_type,
        activities.occurred_at,
        activities.attendance,
        activities.left_out
    from activities
    left join accounts_of_contacts on activities.who_id = accounts_of_contacts.id
    left join accounts_of_opportunities on activities.what_id = accounts_of_opportunities.id
)

select * from final
