with tickets as (
    select
        *,
        cast(created_at as date) as opened_date,
        cast(resolved_at as date) as resolved_date,
        cast(reopened_at as date) as reopened_date,
        cast(escalated_at as date) as escalated_date
    from {{ ref('stg_support__tickets') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

-- as they were on the newest day
known as (
    select
        tickets.ticket_id,
        tickets.account_id,
        tickets.priority,
        tickets.opened_date,
        case
            when
                tickets.reopened_date <= clock.as_of_date
                and tickets.reopened_at > case
                    when tickets.resolved_date <= clock.as_of_date then tickets.resolved_at
                    else tickets.created_at
                end
                then 're-opened'
            when tickets.resolved_date <= clock.as_of_date then 'resolved'
            else 'open'
        end as ticket_status,
        tickets.resolved_date,
        coalesce(
            tickets.escalated_date <= clock.as_of_date,
            tickets.is_escalated,
            false
        ) as is_escalated,
        clock.as_of_date
    from tickets
    cross join clock
    where tickets.known_date <= clock.as_of_date
),

final as (
    select
        ticket_id,
        account_id,
        priority,
        opened_date,
        ticket_status,
        case when ticket_status = 'resolved' then resolved_date end as resolved_date,
        {{ days_between(
            'opened_date',
            "case when ticket_status = 'resolved' then resolved_date else as_of_date end"
        ) }} as age_days,
        is_escalated,
        as_of_date
    from known
)

select * from final
