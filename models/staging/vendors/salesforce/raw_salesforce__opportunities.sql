with opportunities as (
    {{ raw_rows('salesforce', 'opportunity', keep_raw=true) }}
),

final as (
    select
        source_relation,
        raw_id as opportunity_id,
        raw_account_id as account_id,
        raw_type as opportunity_type,
        raw_stage_name as stage,  -- noqa: RF04
        raw_amount as amount,
        raw_created_date as created_at,
        -- of an open one the day is a hope
        case when is_closed then raw_close_date end as closed_at,
        case when is_closed then raw_is_won end as is_won,
        left_out
    from opportunities
)

select * from final
