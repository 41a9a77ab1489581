with base as (
    select * from {{ ref('base_survey__responses') }}
),

final as (
    select
        response_id,
        account_id,
        contact_id,
        survey_type,
        sent_at,
        responded_at,
        score,
        sentiment,
        cast(coalesce(known_at, sent_at, responded_at) as date) as known_date
    from base
    where quarantine_reason is null
)

select * from final
