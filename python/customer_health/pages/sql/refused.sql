-- what was refused of the raw data, by reason
select
    source_name,
    table_name,
    refused,
    quarantine_reason,
    quarantine_column,
    count(*) as n
from marts.fct_quarantined_rows
group by all
order by n desc, source_name, table_name, quarantine_reason, quarantine_column
