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

activities as (
    select
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
        activities.activity_id,
        coalesce(
            cast(activities.account_id as varchar), contacts.account_id, opportunities.account_id
        ) as account_id,
        -- leads are no contacts yet
        case when lower(activities.who_id) like '003%' then activities.raw_who_id end as contact_id,
        activities.activity_type,
        activities.occurred_at,
        activities.attendance,
        activities.left_out
    from activities
    left join contacts on activities.who_id = contacts.id
    left join opportunities on activities.what_id = opportunities.id
)

select * from final
