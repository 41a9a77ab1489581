-- in which way the rows of each table found their account
select
    source_name,
    table_name,
    matched_by,
    n_rows,
    n_accounts
from marts.fct_account_matches
order by source_name, table_name, matched_by
