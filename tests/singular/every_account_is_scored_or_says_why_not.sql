-- An account that silently drops out of the worklist is an account nobody calls.
with known as (
    select account_id from {{ ref('stg_known_accounts__ids') }}
),

published as (
    select * from {{ ref('account_health') }}
)

select
    known.account_id,
    published.band,
    published.not_scored_reason
from known
left join published on known.account_id = published.account_id
where
    published.account_id is null
    or (published.band in ('not scored', 'insufficient data'))
    <> (published.not_scored_reason is not null)
    or (published.customer_status = 'customer') <> (published.scorecard is not null)
