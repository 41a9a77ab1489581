with deals as (
    {{ raw_rows('hubspot', 'deal', keep_raw=true) }}
),

merged_deals as (
    {{ raw_rows('hubspot', 'merged_deal') }}
),

deal_companies as (
    {{ raw_rows('hubspot', 'deal_company') }}
),

deal_stages as (
    {{ raw_rows('hubspot', 'deal_pipeline_stage') }}
),

-- 5 and 6 mark the primary company, seen from either side
companies as (
    select
        deal_id,
        coalesce(
            min(
                case
                    when type_id in (5, 6) and coalesce(category, '') <> 'USER_DEFINED'
                        then company_id
                end
            ),
            min(company_id)
        ) as company_id
    from deal_companies
    group by deal_id
),

stages as (
    select
        stage_id,
        max(label) as stage_label,
        max(probability) as probability
    from deal_stages
    group by stage_id
),

merged as (
    select distinct merged_deal_id
    from merged_deals
),

judged as (
    select
        deals.*,
        companies.company_id,
        stages.stage_label,
        coalesce(deals.property_hs_is_closed, stages.probability in (0, 1)) as is_closed,
        coalesce(deals.property_hs_is_closed_won, stages.probability = 1) as is_won,
        merged.merged_deal_id
    from deals
    left join companies on deals.deal_id = companies.deal_id
    left join stages on deals.deal_pipeline_stage_id = stages.stage_id
    left join merged on deals.deal_id = merged.merged_deal_id
),

final as (
    select
        source_relation,
        raw_deal_id as opportunity_id,
        company_id as account_id,
        raw_property_dealtype as opportunity_type,
        coalesce(stage_label, deal_pipeline_stage_id) as stage,  -- noqa: RF04
        raw_property_amount as amount,
        raw_property_createdate as created_at,
        -- of an open one the day is a hope
        case when is_closed then raw_property_closedate end as closed_at,
        case when is_closed then is_won end as is_won,
        case when merged_deal_id is null then left_out else 'merged into another deal' end
            as left_out
    from judged
)

select * from final
