-- how many are not matched, and what of ARR is theirs
select
    count(*) as n,
    coalesce(sum(n_rows), 0) as n_rows,
    sum(cast(arr as decimal(38, 6))) as arr
from marts.fct_unmatched_accounts
