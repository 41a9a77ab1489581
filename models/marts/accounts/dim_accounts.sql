with account_ids as (
    select * from {{ ref('stg_known_accounts__ids') }}
),

ids_of_the_crm as (
    select * from {{ ref('stg_known_accounts__matches') }}
    where source_name = 'crm' and kind = 'id'
),

attributes as (
    select * from {{ ref('int_facts__account_attributes') }}
),

segments as (
    select * from {{ ref('dim_account_segments') }}
    where is_primary
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
),

account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

current_attributes as (
    select attributes.*
    from attributes
    cross join clock
    where
        attributes.from_date <= clock.as_of_date
        and (attributes.until_date is null or attributes.until_date > clock.as_of_date)
),

contracts as (
    select
        terms.account_id,
        min(terms.first_contract_date) as first_contract_date,
        max(terms.service_end_date) as last_service_end_date,
        -- a term that is signed for later has not ended
        max(
            case
                when terms.service_end_date <= clock.as_of_date
                    then coalesce(terms.missing_date, terms.service_end_date)
            end
        ) as last_ended_date,
        -- a term that goes on under another id is one term, and one that came to the account when
        -- it had ended is another's
        count(
            distinct case
                when
                    terms.in_force_from_date < terms.service_end_date
                    and (terms.gave_way_date is null or terms.moved_to_account_id is not null)
                    then terms.subscription_id
            end
        ) as n_terms
    from terms
    cross join clock
    where terms.known_date <= clock.as_of_date and terms.is_contract
    group by terms.account_id
),

-- where the last term went
merged as (
    select
        terms.account_id,
        max(terms.moved_to_account_id) as merged_into_account_id
    from terms
    inner join contracts
        on
            terms.account_id = contracts.account_id
            and terms.service_end_date = contracts.last_service_end_date
    cross join clock
    where terms.gave_way_date <= clock.as_of_date and terms.moved_to_account_id is not null
    group by terms.account_id
),

today as (
    select account_days.*
    from account_days
    inner join clock on account_days.as_of_date = clock.as_of_date
),

history as (
    select
        account_id,
        min(as_of_date) as first_scored_date,
        max(as_of_date) as last_scored_date
    from account_days
    group by account_id
),

final as (
    select
        account_ids.account_id,
        current_attributes.crm_account_id,
        current_attributes.account_name,
        -- a record that was merged by hand is the account that stayed
        coalesce(ids_of_the_crm.account_id, current_attributes.parent_account_id)
            as parent_account_id,
        current_attributes.industry,
        current_attributes.employees,
        segments.segment,
        current_attributes.region,
        current_attributes.plan,
        current_attributes.deployment_model,
        current_attributes.use_case,
        current_attributes.custom_fields,
        current_attributes.csm_owner_id,
        contracts.first_contract_date,
        coalesce(contracts.n_terms, 0) as n_terms,
        today.seats,
        today.arr,
        today.renewal_date,
        today.days_to_renewal,
        today.lifecycle_stage,
        case
            when today.account_id is not null then 'customer'
            when contracts.account_id is null then 'no contract'
            when contracts.first_contract_date > clock.as_of_date then 'not started'
            when merged.account_id is not null then 'merged'
            else 'churned'
        end as customer_status,
        case
            when today.account_id is null and merged.account_id is null
                then contracts.last_ended_date
        end as churned_date,
        case when today.account_id is null then merged.merged_into_account_id end
            as merged_into_account_id,
        history.first_scored_date,
        history.last_scored_date,
        clock.as_of_date
    from account_ids
    cross join clock
    left join current_attributes on account_ids.account_id = current_attributes.account_id
    left join ids_of_the_crm
        on current_attributes.parent_account_id = ids_of_the_crm.known_as
    inner join segments on account_ids.account_id = segments.account_id
    left join contracts on account_ids.account_id = contracts.account_id
    left join merged on account_ids.account_id = merged.account_id
    left join today on account_ids.account_id = today.account_id
    left join history on account_ids.account_id = history.account_id
)

select * from final
