-- An account that silently drops out of the worklist is an account nobody calls.
with known as (
    select account_id from {{ ref('stg_known_accounts__ids') }}
),

published as (
    select * from {{ ref('account_health') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
)

select
    known.account_id,
    published.band,
    published.not_scored_reason
from known
left join published on known.account_id = published.account_id
left join accounts on known.account_id = accounts.account_id
where
    published.account_id is null
    or (published.band in ('not scored', 'insufficient data'))
    <> (published.not_scored_reason is not null)
    or (published.customer_status = 'customer') <> (published.scorecard is not null)
    or (accounts.customer_status = 'churned') <> (accounts.churned_date is not null)
