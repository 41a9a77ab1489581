{#- What customers took part in, one row per activity they attended or answered: the ground for
    touchpoints, sponsors, champions and multi-threading. An e-mail counts on the day it is answered. -#}

with activities as (
    select * from {{ ref('int_facts__activities') }}
),

final as (
    select
        account_id,
        contact_id,
        activity_type,
        occasion_key,
        case
            when activity_type = 'email' then cast(answered_at as date)
            else activity_date
        end as participation_date,
        greatest(
            known_date,
            case when activity_type = 'email' then cast(answered_at as date) else known_date end
        ) as known_date
    from activities
    where
        case
            when activity_type = 'email' then answered_at is not null
            else is_attended
        end
)

select * from final
