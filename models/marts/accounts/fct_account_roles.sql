with roles as (
    select * from {{ ref('int_facts__contact_roles') }}
),

contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

-- a role ends with the spell, or when the person leaves the customer
spells as (
    select
        roles.account_id,
        roles.contact_id,
        roles.role,
        roles.known_date as since_date,
        least(
            coalesce(roles.end_date, cast('9999-12-31' as date)),
            coalesce(cast(contacts.left_at as date), cast('9999-12-31' as date))
        ) as end_date,
        clock.as_of_date
    from roles
    cross join clock
    left join contacts
        on roles.contact_id = contacts.contact_id and clock.as_of_date >= contacts.known_date
    -- other roles are the CRM's own words, and may say who it is
    where
        roles.known_date <= clock.as_of_date
        and roles.role in ('champion', 'executive_sponsor')
),

final as (
    select
        account_id,
        -- persons are told apart by number: their ids are not published
        row_number() over (
            partition by account_id
            order by since_date, role, contact_id, end_date
        ) as spell_number,
        role,
        since_date,
        case when end_date <= as_of_date then end_date end as ended_date,
        end_date > as_of_date as is_held,
        as_of_date
    from spells
    -- who had left, or handed over, before anybody knew of it never held the role
    where end_date > since_date
)

select * from final
