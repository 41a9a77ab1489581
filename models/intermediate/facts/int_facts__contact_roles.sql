with roles as (
    select * from {{ ref('stg_crm__contact_roles') }}
),

versions as (
    {{ seen_versions(ref('snap_crm__contact_roles')) }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- a missing role is held until the contact has another one instead, or the policy's days have
-- passed
missing as (
    select
        versions.row_key,
        versions.from_date,
        coalesce(
            min(arrived.seen_date),
            {{ add_days('versions.missing_date', 'thresholds.missing_row_days') }}
        ) as gone_date
    from versions
    cross join thresholds
    left join versions as arrived
        on
            versions.contact_id = arrived.contact_id
            and versions.account_id = arrived.account_id
            and versions.missing_date <= arrived.seen_date
            and arrived.seen_date = arrived.first_seen_date
            and arrived.seen_date
            < {{ add_days('versions.missing_date', 'thresholds.missing_row_days') }}
    where versions.until_date is null and versions.missing_date is not null
    group by
        versions.row_key,
        versions.from_date,
        versions.missing_date,
        thresholds.missing_row_days
),

-- a role without a date is held as long as builds see it
seen as (
    select
        versions.contact_id,
        versions.account_id,
        versions.role,
        case
            when versions.seen_date = versions.first_seen_date
                then coalesce(versions.known_date, versions.seen_date)
            else versions.seen_date
        end as known_date,
        least(
            coalesce(versions.end_date, cast('9999-12-31' as date)),
            coalesce(versions.until_date, missing.gone_date, cast('9999-12-31' as date))
        ) as end_date
    from versions
    left join missing
        on versions.row_key = missing.row_key and versions.from_date = missing.from_date
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
    select * from seen
    where known_date < end_date
)

select * from final
