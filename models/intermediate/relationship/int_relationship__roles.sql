with roles as (
    select * from {{ ref('stg_crm__contact_roles') }}
),

versions as (
    {{ seen_versions(ref('snap_crm__contact_roles')) }}
),

final as (
    select
        contact_id,
        account_id,
        role,
        known_date,
        end_date
    from roles
    where start_date is not null
    union all
    -- one without a date is held as long as builds see it
    select
        contact_id,
        account_id,
        role,
        case
            when seen_date = first_seen_date then coalesce(known_date, seen_date)
            else seen_date
        end as known_date,
        least(
            coalesce(end_date, cast('9999-12-31' as date)),
            coalesce(until_date, cast('9999-12-31' as date))
        ) as end_date
    from versions
    where is_delivered
)

select * from final
