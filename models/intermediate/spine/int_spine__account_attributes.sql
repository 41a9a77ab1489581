with accounts as (
    select * from {{ ref('stg_crm__accounts') }}
),

segments as (
    select * from {{ ref('segments') }}
),

dated as (
    select
        *,
        coalesce(cast(valid_from as date), cast('0001-01-01' as date)) as from_date,
        -- of several states of one day the last holds
        row_number() over (
            partition by account_id, coalesce(cast(valid_from as date), cast('0001-01-01' as date))
            order by valid_from desc
        ) as recency
    from accounts
),

final as (
    select
        dated.account_id,
        dated.from_date,
        lead(dated.from_date) over (
            partition by dated.account_id
            order by dated.from_date
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
    where dated.recency = 1
)

select * from final
