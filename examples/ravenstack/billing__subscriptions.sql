-- Dates were re-saved by a spreadsheet as dd-mm-yyyy; what is no such date is passed on as it stands,
-- for the quarantine to show. end_date is the day service ended, not a renewal date agreed before.
-- A trial is no contract: nobody pays for its seats.
select
    subscription_id,
    account_id,
    plan_tier as plan,
    coalesce(
        cast(cast(try_strptime(start_date, '%d-%m-%Y') as date) as varchar), start_date
    ) as start_date,
    coalesce(
        cast(cast(try_strptime(end_date, '%d-%m-%Y') as date) as varchar), end_date
    ) as cancelled_date,
    seats,
    arr_amount as arr,
    billing_frequency as contract_structure,
    auto_renew_flag as is_auto_renew
from
    read_csv(
        getvariable('data') || '/ravenstack_subscriptions.csv', header = true, all_varchar = true
    )
where is_trial <> 'TRUE'
