{#- Activities with the occasion and the person that each row tells of. The rows of an account
    with one occasion_id are one occasion; without an id, those of one type and time, QBRs of one
    day.

    What a row says of others is taken from the rows known when it became known, so that no later
    row changes what it stood for. -#}

with activities as (
    select
        *,
        cast(occurred_at as date) as activity_date,
        case
            when activity_type = 'qbr' then cast(cast(occurred_at as date) as varchar)
            else cast(occurred_at as varchar)
        end as time_key
    from {{ ref('stg_crm__activities') }}
),

-- where only some rows of a meeting have its id (another was logged by hand), the first names it
named_times as (
    select
        account_id,
        activity_type,
        time_key,
        occasion_id,
        known_date,
        row_number() over (
            partition by account_id, activity_type, time_key
            order by known_date, occasion_id
        ) as naming_number
    from activities
    where occasion_id is not null
),

keyed as (
    select
        activities.*,
        coalesce(
            'id ' || coalesce(activities.occasion_id, named_times.occasion_id),
            activities.activity_type || ' ' || activities.time_key
        ) as occasion_key,
        -- a row that names nobody stands for somebody of its own
        coalesce(
            'contact ' || activities.contact_id, 'activity ' || activities.activity_id
        ) as person_key
    from activities
    left join named_times
        on
            activities.account_id = named_times.account_id
            and activities.activity_type = named_times.activity_type
            and activities.time_key = named_times.time_key
            and activities.known_date >= named_times.known_date
            and named_times.naming_number = 1
),

compared as (
    select
        *,
        case
            when activity_type in ('meeting', 'qbr', 'training', 'webinar')
                then occasion_key || ' ' || person_key
        end as invitation_key,
        min(case when contact_id is not null then known_date end)
            over (partition by account_id, occasion_key) as people_known_date,
        min(case when attendance is not null then known_date end)
            over (partition by account_id, occasion_key, person_key) as attendance_known_date
    from keyed
),

-- what says nothing of attendance yields to what does: the record of a meeting to the rows of its
-- people, and one of two rows of a person
heard as (
    select
        *,
        coalesce(attendance, 'attended') = 'attended' as is_attended
    from compared
    where
        invitation_key is null
        or attendance is not null
        or (
            coalesce(attendance_known_date > known_date, true)
            and (contact_id is not null or coalesce(people_known_date > known_date, true))
        )
),

final as (
    select
        account_id,
        activity_id,
        contact_id,
        activity_type,
        occasion_key,
        person_key,
        invitation_key,
        is_attended,
        case
            when invitation_key is not null
                then min(case when is_attended then known_date end)
                    over (partition by account_id, invitation_key)
        end as attended_known_date,
        occurred_at,
        activity_date,
        opened_at,
        clicked_at,
        answered_at,
        known_date
    from heard
)

select * from final
