{#- What became of each contract that ended: the account's ARR in force before the day and from it on,
    a successor that begins late but within the grace days counting from it. Goes by the terms as
    they were known on the day that settled it. -#}

with terms as (
    select * from {{ ref('int_spine__terms') }}
    where in_force_from_date < service_end_date
),

seen as (
    select
        *,
        coalesce(predecessor_end_date, in_force_from_date) as counts_from_date
    from {{ ref('int_spine__contract_terms') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where not is_void
),

clock as (
    select * from {{ ref('int_spine__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- a term changed while in service goes on: its versions are one term
versions as (
    select
        *,
        lead(in_force_from_date) over (
            partition by account_id, subscription_id
            order by in_force_from_date
        ) as next_version_date
    from terms
),

ended as (
    select
        terms.account_id,
        terms.service_end_date as ended_date,
        terms.known_date,
        terms.cancelled_date,
        {{ held_until_date('terms', 'thresholds') }} as held_until_date,
        terms.end_date is null or terms.service_end_date < terms.end_date as is_early
    from versions as terms
    cross join thresholds
    where terms.next_version_date is null or terms.next_version_date > terms.service_end_date
),

due as (
    select
        *,
        max(held_until_date) over (partition by account_id, ended_date) as settled_date
    from ended
),

settled as (
    select due.*
    from due
    cross join clock
    where due.settled_date <= clock.as_of_date
),

-- a contract written in several rows, signed together and at the same ARR, has not ended between
-- them
going_on as (
    select
        settled.account_id,
        settled.ended_date,
        settled.known_date
    from (
        select distinct
            account_id,
            ended_date,
            settled_date,
            known_date
        from settled
        where not is_early
    ) as settled
    inner join seen
        on
            settled.account_id = seen.account_id
            and settled.settled_date = seen.seen_from_date
            and settled.known_date = seen.known_date
            and (
                settled.ended_date = seen.end_date
                or (
                    settled.ended_date = seen.predecessor_end_date
                    and settled.ended_date = seen.in_force_from_date
                )
            )
    group by settled.account_id, settled.ended_date, settled.known_date
    having
        sum(case when settled.ended_date = seen.end_date then seen.weight else -seen.weight end) = 0
        and min(case when settled.ended_date = seen.end_date then 0 else 1 end) = 0
        and max(case when settled.ended_date = seen.end_date then 0 else 1 end) = 1
),

contracts as (
    select
        settled.account_id,
        settled.ended_date,
        settled.settled_date,
        count(*) as n_terms_ended,
        max(case when settled.is_early then 1 else 0 end) = 1 as is_early
    from settled
    left join going_on
        on
            settled.account_id = going_on.account_id
            and settled.ended_date = going_on.ended_date
            and settled.known_date = going_on.known_date
    where going_on.account_id is null
    group by settled.account_id, settled.ended_date, settled.settled_date
),

in_force as (
    select
        contracts.account_id,
        contracts.ended_date,
        seen.arr,
        seen.counts_from_date < contracts.ended_date
        and seen.end_date >= contracts.ended_date as is_before,
        seen.counts_from_date <= contracts.ended_date
        and seen.end_date > contracts.ended_date as is_after,
        seen.in_force_from_date <= contracts.settled_date
        and seen.end_date > contracts.ended_date as is_taken_up
    from contracts
    inner join seen
        on
            contracts.account_id = seen.account_id
            and contracts.settled_date = seen.seen_from_date
),

-- unknown if any part is
revenue as (
    select
        account_id,
        ended_date,
        {% for side in ['before', 'after'] %}
            case
                when count(case when is_{{ side }} and arr is null then 1 end) = 0
                    then sum(case when is_{{ side }} then arr end)
            end as arr_{{ side }},
        {% endfor %}
        count(case when is_taken_up then 1 end) as n_terms_after
    from in_force
    group by account_id, ended_date
),

-- who leaves an invoice unpaid is cut off rather than leaves
unpaid as (
    select distinct
        contracts.account_id,
        contracts.ended_date
    from contracts
    cross join thresholds
    inner join invoices
        on
            invoices.is_owed
            and contracts.account_id = invoices.account_id
            and contracts.settled_date >= invoices.known_date
            and contracts.ended_date
            > {{ add_days('invoices.due_date', 'thresholds.payment_past_due_days') }}
            and (invoices.paid_date is null or contracts.ended_date < invoices.paid_date)
),

-- a company without invoices cannot tell who was cut off
invoiced as (
    select count(*) > 0 as has_invoices from invoices
),

judged as (
    select
        contracts.*,
        invoiced.has_invoices,
        cast(revenue.arr_before as double) as arr_before,
        case
            when revenue.n_terms_after = 0 then 0.0
            else cast(revenue.arr_after as double)
        end as arr_after,
        revenue.n_terms_after = 0 as is_gone,
        unpaid.account_id is not null as is_unpaid
    from contracts
    cross join invoiced
    inner join revenue
        on
            contracts.account_id = revenue.account_id
            and contracts.ended_date = revenue.ended_date
    left join unpaid
        on
            contracts.account_id = unpaid.account_id
            and contracts.ended_date = unpaid.ended_date
),

final as (
    select
        judged.account_id,
        judged.ended_date,
        judged.settled_date,
        judged.n_terms_ended,
        judged.is_early,
        judged.arr_before,
        judged.arr_after,
        case
            when judged.is_gone then 'churned'
            when judged.arr_before is null or judged.arr_after is null then 'renewed'
            when judged.arr_after < judged.arr_before * (1 - thresholds.renewal_change_share)
                then 'contracted'
            when judged.arr_after > judged.arr_before * (1 + thresholds.renewal_change_share)
                then 'expanded'
            else 'renewed'
        end as outcome,
        case when judged.is_gone and judged.has_invoices then not judged.is_unpaid end
            as is_voluntary,
        case
            when not judged.is_gone then null
            when judged.is_unpaid then 'unpaid invoice'
            when judged.is_early then 'cancelled during the term'
            else 'not renewed'
        end as churn_reason,
        case
            when judged.is_gone
                then not judged.is_unpaid or thresholds.involuntary_counts_as_churn = 1
            else
                coalesce(
                    judged.arr_before > 0
                    and judged.arr_after <= judged.arr_before * (1 - thresholds.churned_arr_share),
                    false
                )
        end as counts_as_churn
    from judged
    cross join thresholds
)

select * from final
