with companies as (
    {{ raw_rows('hubspot', 'company', keep_raw=true) }}
),

deals as (
    {{ raw_rows('hubspot', 'deal') }}
),

deal_stages as (
    {{ raw_rows('hubspot', 'deal_pipeline_stage') }}
),

deal_companies as (
    {{ raw_rows('hubspot', 'deal_company') }}
),

won_stages as (
    select distinct stage_id
    from deal_stages
    where probability = 1
),

first_deals as (
    select
        deal_companies.company_id,
        min(cast(deals.property_closedate as date)) as won_date
    from deals
    inner join deal_companies on deals.deal_id = deal_companies.deal_id
    left join won_stages on deals.deal_pipeline_stage_id = won_stages.stage_id
    where coalesce(deals.property_hs_is_closed_won, won_stages.stage_id is not null)
    group by deal_companies.company_id
),

merged_ids as (
    select
        source_relation,
        {{ text_rows("coalesce(property_hs_merged_object_ids, '')", ';') }} as merged_id
    from companies
),

merged as (
    select distinct concat_ws(':', source_relation, trim(merged_id)) as id
    from merged_ids
),

final as (
    select
        companies.source_relation,
        companies.raw_id as account_id,
        companies.raw_property_name as account_name,
        concat_ws(';', companies.property_domain, companies.property_hs_additional_domains)
            as domains,
        companies.raw_property_hs_parent_company_id as parent_account_id,
        companies.raw_property_industry as industry,
        companies.raw_property_numberofemployees as employees,
        companies.raw_property_country as region,
        companies.raw_plan as plan,
        companies.raw_deployment_model as deployment_model,
        companies.raw_use_case as use_case,
        companies.raw_property_hubspot_owner_id as csm_owner_id,
        coalesce(
            cast(companies.raw_customer_since_date as varchar),
            cast(companies.raw_property_hs_v_2_date_entered_customer as varchar),
            cast(first_deals.won_date as varchar)
        ) as customer_since_date,
        companies.raw_churned_date as churned_date,
        {% for field in custom_fields() %}
            companies.raw_{{ field.name }} as {{ adapter.quote(field.raw_name) }},
        {% endfor %}
        case
            when merged.id is null then companies.left_out
            else 'merged into another company'
        end as left_out
    from companies
    left join first_deals on companies.id = first_deals.company_id
    left join merged on companies.id = merged.id
)

select * from final
