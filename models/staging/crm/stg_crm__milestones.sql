with base as (
    select * from {{ ref('base_crm__milestones') }}
),

final as (
    select
        milestone_id,
        account_id,
        milestone_type,
        planned_date,
        reached_date,
        cast(coalesce(known_at, least(planned_date, reached_date)) as date) as known_date
    from base
    where quarantine_reason is null
)

select * from final
