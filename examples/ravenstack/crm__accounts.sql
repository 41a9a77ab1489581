select
    account_id,
    account_name,
    industry,
    country as region,
    plan_tier as plan,
    signup_date as customer_since_date
from
    read_csv(
        getvariable('data') || '/ravenstack_accounts.csv', header = true, all_varchar = true
    )
