{#- Calls, meetings and QBRs that took place, as far as the sources had told of them: an e-mail may
    be a campaign. -#}

with activities as (
    select * from {{ ref('int_facts__activities') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

final as (
    select
        activities.activity_id,
        activities.account_id,
        activities.activity_type,
        activities.activity_date
    from activities
    inner join clock
        on
            activities.activity_date <= clock.as_of_date
            and activities.known_date <= clock.as_of_date
    where activities.activity_type in ('call', 'meeting', 'qbr') and activities.is_attended
)

select * from final
