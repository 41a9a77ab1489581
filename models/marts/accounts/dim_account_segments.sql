with accounts as (
    select * from {{ ref('stg_known_accounts__ids') }}
),

segmentations as (
    select * from {{ ref('segmentations') }}
),

spans as (
    select * from {{ ref('int_spine__segment_spans') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

final as (
    select
        accounts.account_id,
        segmentations.segmentation,
        segmentations.field,
        segmentations.is_primary,
        coalesce(spans.segment, 'unknown') as segment,
        clock.as_of_date
    from accounts
    cross join segmentations
    cross join clock
    left join spans
        on
            accounts.account_id = spans.account_id
            and segmentations.segmentation = spans.segmentation
            and clock.as_of_date >= spans.from_date
            and (spans.until_date is null or clock.as_of_date < spans.until_date)
)

select * from final
