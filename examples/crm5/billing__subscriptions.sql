-- One row per product and term; add-ons count in ARR, and only plans for users have seats.
-- A cancellation rewrote end_date, so the term as it was agreed is rebuilt from its start and length:
-- reading a rewritten end as the renewal date would look ahead. A term that starts on the last days
-- of a month may end up to three days off the calendar, which is no cancellation.
-- mrr is net already: of every plan it is the list price less the discount, rounded (standard_mthly:
-- 500 at 0, 400 at 0.2, 250 at 0.5). Add-ons cost the same at every discount.
with terms as (
    select
        *,
        cast(start_date + to_months(cast(bill_period_months as integer)) as date) as agreed_end_date
    from read_csv(getvariable('data') || '/subscription.csv', header = true)
)

select
    account_id || '-' || product || '-' || start_date as subscription_id,
    account_id,
    product as plan,
    start_date,
    case when end_date < agreed_end_date - 3 then agreed_end_date else end_date end as end_date,
    case when end_date < agreed_end_date - 3 then end_date end as cancelled_date,
    case when units = 'users' then quantity end as seats,
    12 * mrr as arr,
    'USD' as currency,
    case bill_period_months when 1 then 'monthly' when 12 then 'annual' end as contract_structure
from terms
