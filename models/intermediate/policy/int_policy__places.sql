{#- Where an account can be: in a segment of the primary segmentation and a lifecycle stage of the
    policy, or in none. -#}

with segmentations as (
    select * from {{ ref('segmentations') }}
    where is_primary
),

policy as (
    select * from {{ ref('segments') }}
),

segments as (
    select policy.segment
    from policy
    inner join segmentations on policy.segmentation = segmentations.segmentation
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
