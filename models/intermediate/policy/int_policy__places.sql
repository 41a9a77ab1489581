{#- Where an account can be: in a segment and a lifecycle stage of the policy, or in none. -#}

with segments as (
    select segment from {{ ref('segments') }}
    union all
    select 'unknown' as segment
),

stages as (
    select lifecycle_stage from {{ ref('lifecycle_stages') }}
    union all
    select 'unknown' as lifecycle_stage
),

final as (
    select
        segments.segment,
        stages.lifecycle_stage
    from segments
    cross join stages
)

select * from final
