with organizations as (
    {{ raw_rows('zendesk', 'organization', keep_raw=true) }}
),

domains as (
    {{ raw_rows('zendesk', 'domain_name') }}
),

domains_of_organizations as (
    select
        organization_id,
        {{ dbt.listagg('domain_name', "';'", 'order by domain_name') }} as domain_names
    from domains
    group by organization_id
),

final as (
    select
        organizations.source_relation,
        organizations.raw_id as organization_id,
        coalesce(organizations.account_id, organizations.external_id, organizations.id)
            as account_id,
        domains_of_organizations.domain_names as account_domain,
        organizations.raw_name as account_name,
        organizations.raw_created_at as created_at,
        organizations.left_out
    from organizations
    left join domains_of_organizations
        on organizations.id = domains_of_organizations.organization_id
)

select * from final
