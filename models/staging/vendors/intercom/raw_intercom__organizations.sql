with companies as (
    {{ raw_rows('intercom', 'company_history', keep_raw=true) }}
),

versions as (
    select
        *,
        row_number() over (partition by id order by updated_at desc) as version_number
    from companies
),

final as (
    select
        source_relation,
        raw_id as organization_id,
        coalesce(company_id, id) as account_id,
        raw_website as account_domain,
        raw_name as account_name,
        raw_created_at as created_at,
        coalesce(
            left_out,
            case
                when not coalesce(_fivetran_active, version_number = 1)
                    then 'earlier version of a row'
                when company_id like '%-qualification-company' then 'company that a lead named'
            end
        ) as left_out
    from versions
)

select * from final
