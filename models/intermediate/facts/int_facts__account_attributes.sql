with versions as (
    {{ seen_versions(ref('snap_crm__accounts')) }}
),

duplicates as (
    select * from {{ ref('stg_known_accounts__duplicates') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- an account is missing when none of its rows is delivered
presence as (
    select
        account_id,
        case
            when max(case when missing_date is null then 1 else 0 end) = 0 then max(missing_date)
        end as account_missing_date
    from versions
    where until_date is null
    group by account_id
),

-- a state that the CRM dates holds from its date, as last delivered, unless it was withdrawn; one
-- without a date in the versions that builds have seen, until the first that is dated
states as (
    select
        versions.*,
        presence.account_missing_date,
        coalesce(versions.valid_from, cast(versions.from_date as timestamp)) as holds_from,
        min(versions.valid_from) over (partition by versions.account_id) as first_dated_from
    from versions
    inner join presence on versions.account_id = presence.account_id
    cross join clock
    cross join thresholds
    where
        versions.valid_from is null
        or (
            versions.until_date is null
            and (
                versions.missing_date is null
                or presence.account_missing_date is not null
                or {{ add_days('versions.missing_date', 'thresholds.missing_row_days') }}
                > clock.asked_date
            )
        )
),

dated as (
    select
        *,
        cast(holds_from as date) as holds_from_date,
        -- of several states of one day the last holds
        row_number() over (
            partition by account_id, cast(holds_from as date)
            order by holds_from desc
        ) as state_rank
    from states
    where
        valid_from is not null
        or from_date = cast('0001-01-01' as date)
        or first_dated_from is null
        or holds_from < first_dated_from
),

final as (
    select
        dated.account_id,
        dated.holds_from_date as from_date,
        lead(dated.holds_from_date) over (
            partition by dated.account_id
            order by dated.holds_from_date
        ) as until_date,
        case when dated.valid_from is null then dated.not_before_date end as not_before_date,
        dated.account_missing_date as missing_date,
        dated.crm_account_id,
        dated.account_name,
        coalesce(duplicates.same_account_id, dated.parent_account_id) as parent_account_id,
        dated.industry,
        dated.employees,
        dated.region,
        dated.plan,
        dated.deployment_model,
        dated.use_case,
        dated.custom_fields,
        dated.csm_owner_id,
        dated.customer_since_date,
        dated.churned_date
    from dated
    left join duplicates on dated.parent_account_id = duplicates.account_id
    where
        dated.state_rank = 1
        and dated.account_id not in (select same.account_id from duplicates as same)
)

select * from final
