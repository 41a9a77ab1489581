-- one state per account: the simulator's accounts never change
select
    id as account_id,
    'Account ' || id as account_name,
    country as region
from read_csv(getvariable('data') || '/account.csv', header = true, all_varchar = true)
