{% set further = raw_table('crm', 'accounts').connections[1:] %}

with base as (
    select * from {{ ref('base_crm__accounts') }}
),

final as (
    select
        account_id,
        -- of the CRM that is written to
        {% set is_further = dbt.split_part('account_id', "':'", 1)
            ~ " in ('" ~ further | join("', '") ~ "')" if further else 'false' %}
        case when not {{ is_further }} then account_id_as_delivered end as crm_account_id,
        valid_from,
        account_name,
        domains,
        parent_account_id,
        industry,
        employees,
        region,
        plan,
        deployment_model,
        use_case,
        {{ custom_fields_as_json() }} as custom_fields,
        csm_owner_id,
        customer_since_date,
        churned_date
    from base
    where quarantine_reason is null
)

select * from final
