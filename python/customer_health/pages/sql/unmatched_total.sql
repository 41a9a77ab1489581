-- how many are not matched, how many of these have ARR or but one row, and what of ARR is theirs
select
    count(*) as n,
    count(*) filter (arr > 0) as n_with_arr,
    count(*) filter (n_rows = 1 and coalesce(arr, 0) = 0) as n_of_one_row,
    coalesce(sum(n_rows), 0) as n_rows,
    sum(cast(arr as decimal(38, 6))) as arr
from marts.fct_unmatched_accounts
