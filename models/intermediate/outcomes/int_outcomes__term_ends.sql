{#- What became of each term that ended: the account's revenue before, and that of the terms it had,
    or took up until the matter was settled. Counts terms as they were known on the day that settled
    it. -#}

with terms as (
    select * from {{ ref('int_spine__terms') }}
    where in_force_from_date < service_end_date
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

-- a term that is no longer delivered was lost when it went missing, and known to be when the
-- policy's days had passed
dated as (
    select
        terms.*,
        coalesce(terms.missing_date, terms.service_end_date) as ended_date,
        {{ held_until_date('terms', 'thresholds') }} as settled_date
    from terms
    cross join thresholds
),

-- a term that gave way goes on, as another version, under another id or at another account
ended as (
    select
        account_id,
        ended_date,
        max(settled_date) as settled_date,
        count(*) as n_terms_ended,
        max(
            case
                when end_date is null or ended_date < end_date then 1
                else 0
            end
        ) = 1 as is_early
    from dated
    where gave_way_date is null or gave_way_date > settled_date
    group by account_id, ended_date
),

settled as (
    select ended.*
    from ended
    cross join clock
    where ended.settled_date <= clock.as_of_date
),

-- as known on the day that settled it: a term beside it may be missing by then and not yet gone
beside as (
    select
        settled.account_id,
        settled.ended_date,
        settled.settled_date,
        terms.arr,
        terms.in_force_from_date,
        case
            when terms.service_end_date <= settled.settled_date then terms.ended_date
            else terms.service_end_date
        end as last_date
    from settled
    inner join dated as terms on settled.account_id = terms.account_id
),

revenue as (
    select
        account_id,
        ended_date,
        sum(
            case
                when in_force_from_date < ended_date and last_date >= ended_date
                    then {{ span_amount('arr') }}
            end
        ) as arr_before,
        sum(
            case
                when last_date > ended_date and in_force_from_date <= settled_date
                    then {{ span_amount('arr') }}
            end
        ) as arr_after,
        count(
            case when last_date > ended_date and in_force_from_date <= settled_date then 1 end
        ) as n_terms_after
    from beside
    group by account_id, ended_date
),

-- who leaves an invoice unpaid is cut off rather than leaves
unpaid as (
    select distinct
        settled.account_id,
        settled.ended_date
    from settled
    cross join thresholds
    inner join invoices
        on
            settled.account_id = invoices.account_id
            and settled.settled_date >= invoices.known_date
            and settled.ended_date
            > {{ add_days('invoices.due_date', 'thresholds.payment_past_due_days') }}
            and (invoices.paid_date is null or settled.ended_date < invoices.paid_date)
),

-- a company without invoices cannot tell who was cut off
invoiced as (
    select count(*) > 0 as has_invoices from invoices
),

judged as (
    select
        settled.*,
        invoiced.has_invoices,
        cast(revenue.arr_before as double) as arr_before,
        case
            when revenue.n_terms_after = 0 then 0.0
            else cast(revenue.arr_after as double)
        end as arr_after,
        revenue.n_terms_after = 0 as is_gone,
        unpaid.account_id is not null as is_unpaid
    from settled
    cross join invoiced
    inner join revenue
        on
            settled.account_id = revenue.account_id
            and settled.ended_date = revenue.ended_date
    left join unpaid
        on
            settled.account_id = unpaid.account_id
            and settled.ended_date = unpaid.ended_date
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
