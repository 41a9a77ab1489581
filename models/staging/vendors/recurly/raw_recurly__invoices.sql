with invoices as (
    {{ raw_rows('recurly', 'invoice_history', keep_raw=true) }}
),

account_versions as (
    {{ raw_rows('recurly', 'account_history') }}
),

accounts as (
    select
        id,
        code,
        email,
        is_test
    from account_versions
    qualify row_number() over (partition by id order by updated_at desc) = 1
),

versions as (
    select
        *,
        -- credit invoices are closed where others are paid
        coalesce(state in ('paid', 'closed'), false) as is_settled,
        row_number() over (partition by id order by updated_at desc) as version_number
    from invoices
),

final as (
    select
        versions.source_relation,
        versions.raw_id as invoice_id,
        coalesce(accounts.code, versions.account_id) as account_id,
        accounts.email as account_domain,
        versions.raw_created_at as issued_date,
        coalesce(
            cast(versions.raw_due_at as varchar),
            cast(
                {{ dbt.dateadd('day', 'versions.net_terms', 'cast(versions.created_at as date)') }}
                as varchar
            )
        ) as due_date,
        -- one that was given up is closed too
        case when versions.is_settled then versions.raw_closed_at end as paid_date,
        versions.is_settled as is_paid,
        versions.raw_total as amount,
        versions.raw_currency as currency,
        coalesce(versions.state = 'voided', false) as is_void,
        case
            when accounts.is_test then 'test account'
            when versions.version_number > 1 then 'earlier version of a row'
            when versions.type = 'credit' or versions.total < 0 then 'credit note'
        end as left_out
    from versions
    left join accounts on versions.account_id = accounts.id
)

select * from final
