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

-- an account keeps its published id when its record is deleted and another connection still has it:
-- the other record's states then go on, once a night without the first can be told from its end
successors as (
    select
        gone.account_id,
        min(duplicates.account_id) as successor_id,
        {{ add_days('gone.account_missing_date', 'min(thresholds.missing_row_days)') }}
            as successor_from_date
    from duplicates
    inner join presence as gone on duplicates.same_account_id = gone.account_id
    inner join presence as there on duplicates.account_id = there.account_id
    cross join thresholds
    where gone.account_missing_date is not null and there.account_missing_date is null
    group by gone.account_id, gone.account_missing_date
),

-- a state that the CRM dates holds from its date, as last delivered, unless it was withdrawn; one
-- without a date in the versions that builds have seen, until the first that is dated
states as (
    select
        versions.*,
        presence.account_missing_date,
        coalesce(versions.valid_from, cast(versions.from_date as timestamp)) as stated_from,
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
        states.*,
        coalesce(successors.account_id, states.account_id) as holder_id,
        greatest(
            states.stated_from,
            coalesce(cast(successors.successor_from_date as timestamp), states.stated_from)
        ) as holds_from
    from states
    cross join clock
    left join successors
        on
            states.account_id = successors.successor_id
            and clock.asked_date >= successors.successor_from_date
    where
        states.valid_from is not null
        or states.from_date = cast('0001-01-01' as date)
        or states.first_dated_from is null
        or states.stated_from < states.first_dated_from
),

ranked as (
    select
        *,
        cast(holds_from as date) as holds_from_date,
        -- of several states of one day the last holds
        row_number() over (
            partition by holder_id, cast(holds_from as date)
            order by holds_from desc, stated_from desc
        ) as state_rank
    from dated
),

final as (
    select
        ranked.holder_id as account_id,
        ranked.holds_from_date as from_date,
        lead(ranked.holds_from_date) over (
            partition by ranked.holder_id
            order by ranked.holds_from_date
        ) as until_date,
        case
            when ranked.valid_from is null and ranked.holds_from = ranked.stated_from
                then ranked.not_before_date
        end as not_before_date,
        case when successors.account_id is null then ranked.account_missing_date end
            as missing_date,
        ranked.crm_account_id,
        ranked.account_name,
        ranked.parent_account_id,
        ranked.industry,
        ranked.employees,
        ranked.region,
        ranked.plan,
        ranked.deployment_model,
        ranked.use_case,
        ranked.custom_fields,
        ranked.csm_owner_id,
        ranked.customer_since_date,
        ranked.churned_date
    from ranked
    left join successors on ranked.holder_id = successors.account_id
    where
        ranked.state_rank = 1
        and ranked.holder_id not in (select duplicates.account_id from duplicates)
)

select * from final
