{#- The segment of every account and day by each segmentation that a scorecard's weights go by; no
    rows where all go by the primary one, whose segment the days themselves have. -#}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
),

spans as (
    select * from {{ ref('int_spine__segment_spans') }}
),

segmentations as (
    select distinct weights_by as segmentation
    from {{ ref('scorecards') }}
    where role <> 'off' and weights_by is not null
),

final as (
    select
        spine.account_id,
        spine.as_of_date,
        segmentations.segmentation,
        coalesce(spans.segment, 'unknown') as segment
    from spine
    cross join segmentations
    left join spans
        on
            spine.account_id = spans.account_id
            and segmentations.segmentation = spans.segmentation
            and spine.as_of_date >= spans.from_date
            and (spans.until_date is null or spine.as_of_date < spans.until_date)
)

select * from final
