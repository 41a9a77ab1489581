-- A row that belongs to no account we know is never dropped in silence: the list of those who are
-- not matched has each of them.
with refused as (
    select
        source_name,
        count(*) as n_rows
    from {{ ref('fct_quarantined_rows') }}
    where
        refused = 'row'
        and quarantine_column = 'account_id'
        and quarantine_reason in ('unknown account', 'missing value')
        and not (source_name = 'crm' and table_name = 'accounts')
    group by source_name
),

listed as (
    select
        source_name,
        sum(n_rows) as n_rows
    from {{ ref('fct_unmatched_accounts') }}
    group by source_name
)

select
    coalesce(refused.source_name, listed.source_name) as source_name,
    refused.n_rows as n_refused,
    listed.n_rows as n_listed
from refused
full outer join listed on refused.source_name = listed.source_name
where coalesce(refused.n_rows, 0) <> coalesce(listed.n_rows, 0)
