-- whom other sources speak of that is no account we know, the largest ARR first, and who it may be
with candidates as (
    select
        unmatched_account_id,
        unnest(string_split(candidate_account_ids, ';')) as account_id
    from marts.fct_unmatched_accounts
    where candidate_account_ids is not null
),

named as (
    select
        candidates.unmatched_account_id,
        string_agg(
            coalesce(accounts.account_name || ' (' || accounts.account_id || ')', candidates.account_id),
            ', '
            order by candidates.account_id
        ) as who
    from candidates
    left join marts.dim_accounts as accounts on candidates.account_id = accounts.account_id
    group by candidates.unmatched_account_id
)

select
    unmatched.source_name,
    unmatched.raw_account_id,
    unmatched.account_domain,
    unmatched.account_name,
    unmatched.unmatched_reason,
    unmatched.n_rows,
    unmatched.first_date,
    unmatched.last_date,
    unmatched.arr,
    named.who
from marts.fct_unmatched_accounts as unmatched
left join named on unmatched.unmatched_account_id = named.unmatched_account_id
order by unmatched.arr desc nulls last, unmatched.n_rows desc, unmatched.unmatched_account_id
limit 200
