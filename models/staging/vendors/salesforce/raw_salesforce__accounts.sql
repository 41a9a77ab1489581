with accounts as (
    {{ raw_rows('salesforce', 'account', keep_raw=true) }}
),

opportunities as (
    {{ raw_rows('salesforce', 'opportunity') }}
),

first_deals as (
    select
        account_id,
        min(close_date) as won_date
    from opportunities
    where is_won
    group by account_id
),

final as (
    select
        accounts.source_relation,
        accounts.raw_id as account_id,
        accounts.raw_name as account_name,
        accounts.raw_website as domains,
        accounts.raw_parent_id as parent_account_id,
        accounts.raw_industry as industry,
        accounts.raw_number_of_employees as employees,
        accounts.raw_billing_country as region,
        accounts.raw_plan as plan,
        accounts.raw_deployment_model as deployment_model,
        accounts.raw_use_case as use_case,
        accounts.raw_owner_id as csm_owner_id,
        coalesce(
            cast(accounts.raw_customer_since_date as varchar),
            cast(first_deals.won_date as varchar)
        ) as customer_since_date,
        accounts.raw_churned_date as churned_date,
        {% for field in custom_fields() %}
            accounts.raw_{{ field.name }} as {{ adapter.quote(field.raw_name) }},
        {% endfor %}
        case
            when accounts.left_out is null or accounts.master_record_id is null
                then accounts.left_out
            else 'merged into another account'
        end as left_out
    from accounts
    left join first_deals on accounts.id = first_deals.account_id
)

select * from final
