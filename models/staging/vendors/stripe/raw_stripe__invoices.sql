with invoices as (
    {{ raw_rows('stripe', 'invoice', keep_raw=true) }}
),

customer_copies as (
    {{ raw_rows('stripe', 'customer') }}
),

-- what a loader delivers twice is one record
customers as (
    select
        id,
        min(account_id) as account_id,
        min(metadata) as metadata,
        min(email) as email,
        min(account_name) as account_name
    from customer_copies
    group by id
),

dated as (
    select
        *,
        coalesce(
            cast(raw_finalized_at as varchar),
            cast(raw_status_transitions_finalized_at as varchar),
            cast(raw_created as varchar)
        ) as issued_date,
        case upper(currency)
            {% for row in policy_rows('minor_units') %}
                when '{{ row.currency }}' then {{ row.units }}
            {% endfor %}
            else 100
        end as minor_units
    from invoices
),

final as (
    select
        dated.source_relation,
        dated.raw_id as invoice_id,
        coalesce(
            customers.account_id,
            nullif(regexp_extract(customers.metadata, '"account_id": *"([^"]*)"', 1), ''),
            nullif(regexp_extract(customers.metadata, '"external_id": *"([^"]*)"', 1), ''),
            dated.customer_id
        ) as account_id,
        customers.email as account_domain,
        dated.issued_date,
        -- what is charged at once is due at once
        coalesce(cast(dated.raw_due_date as varchar), dated.issued_date) as due_date,
        dated.raw_status_transitions_paid_at as paid_date,
        coalesce(
            cast(dated.raw_paid as varchar),
            case when dated.status is not null then cast(dated.status = 'paid' as varchar) end
        ) as is_paid,
        coalesce(
            cast(dated.amount_due / dated.minor_units as varchar),
            cast(dated.raw_amount_due as varchar)
        ) as amount,
        upper(dated.currency) as currency,
        dated.status = 'void' as is_void,
        coalesce(
            dated.left_out,
            case when dated.status = 'draft' then 'draft' end
        ) as left_out
    from dated
    left join customers on dated.customer_id = customers.id
)

select * from final
