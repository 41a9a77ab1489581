with versions as (
    {{ seen_versions(ref('snap_crm__accounts')) }}
),

segments as (
    select * from {{ ref('segments') }}
),

-- a state that the CRM dates holds from its date, as last delivered; one without a date in the
-- versions that builds have seen, until the first that is dated
states as (
    select
        *,
        coalesce(valid_from, cast(from_date as timestamp)) as holds_from,
        min(valid_from) over (partition by account_id) as first_dated_from
    from versions
    where valid_from is null or until_date is null
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
        dated.crm_account_id,
        dated.account_name,
        dated.parent_account_id,
        dated.industry,
        dated.employees,
        coalesce(segments.segment, 'unknown') as segment,
        dated.region,
        dated.plan,
        dated.deployment_model,
        dated.use_case,
        dated.csm_owner_id
    from dated
    left join segments
        on
            dated.employees >= segments.min_employees
            and (segments.max_employees is null or dated.employees < segments.max_employees)
    where dated.state_rank = 1
)

select * from final
