{#- What became of each contract that ended: the account's ARR in force before the day and from it
    on, a successor that begins late but within the grace days counting from it. Uses the terms as
    they were known on the day that settled it. -#}

-- what is no longer delivered was lost when it went missing, and known to be when the policy's days
-- had passed
with parts as (
    select
        *,
        coalesce(missing_date, service_end_date) as ended_date
    from {{ ref('int_contracts__parts') }}
    where in_force_from_date < service_end_date and not gives_way
),

seen as (
    select
        *,
        coalesce(predecessor_end_date, in_force_from_date) as counts_from_date
    from {{ ref('int_contracts__successions') }}
),

invoices as (
    select * from {{ ref('stg_billing__invoices') }}
    where not is_void
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

ended as (
    select
        account_id,
        ended_date,
        max(held_until_date) as settled_date,
        count(*) as n_terms_ended,
        max(case when end_date is null or ended_date < end_date then 1 else 0 end) = 1 as is_early
    from parts
    group by account_id, ended_date
),

contracts as (
    select ended.*
    from ended
    cross join clock
    where ended.settled_date <= clock.as_of_date
),

-- a term beside it may be missing by then and not yet gone
known as (
    select
        contracts.account_id,
        contracts.ended_date,
        contracts.settled_date,
        seen.arr,
        seen.in_force_from_date,
        seen.counts_from_date,
        case
            when seen.end_date <= contracts.settled_date
                then coalesce(seen.missing_date, seen.end_date)
            else seen.end_date
        end as last_date
    from contracts
    inner join seen
        on
            contracts.account_id = seen.account_id
            and contracts.settled_date = seen.seen_from_date
),

in_force as (
    select
        account_id,
        ended_date,
        arr,
        counts_from_date < ended_date and last_date >= ended_date as is_before,
        counts_from_date <= ended_date and last_date > ended_date as is_after,
        in_force_from_date <= settled_date and last_date > ended_date as is_taken_up
    from known
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
