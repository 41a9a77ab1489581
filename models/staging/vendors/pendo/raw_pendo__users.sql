with visitors as (
    {{ raw_rows('pendo', 'visitor_history', keep_raw=true) }}
),

visitor_accounts as (
    {{ raw_rows('pendo', 'visitor_account_history') }}
),

only_accounts as (
    select
        visitor_id,
        min(account_id) as account_id
    from visitor_accounts
    group by visitor_id
    having count(distinct account_id) = 1
),

versions as (
    select
        *,
        row_number() over (
            partition by id
            order by last_updated_at desc nulls last
        ) as version_number
    from visitors
),

final as (
    select
        versions.source_relation,
        versions.raw_id as user_id,
        coalesce(
            cast(versions.raw_account_id as varchar), only_accounts.account_id
        ) as account_id,
        versions.raw_account_domain as account_domain,
        versions.raw_department as department,
        versions.raw_first_visit as created_at,
        versions.raw_deactivated_at as deactivated_at,
        coalesce(
            versions.left_out,
            case
                when versions.version_number > 1 then 'earlier version of a row'
                when
                    versions.id like '\_pendo\_t\_%' escape '\'
                    or versions.id = 'visitor-unique-id'
                    then 'visitor who is not known'
            end
        ) as left_out
    from versions
    left join only_accounts on versions.id = only_accounts.visitor_id
)

select * from final
