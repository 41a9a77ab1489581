-- A source that stopped reads as customers who stopped: the last scores before it stay, until it is
-- delivered again or seeds/policy/source_checks.csv says that it may be missing.
{{ warn_of_rows(
    "select reason || '. Fix: deliver the table again, or change its row in"
    ~ " seeds/policy/source_checks.csv.'"
    ~ " from " ~ ref('int_monitoring__freshness') ~ " where status = 'fail' order by reason"
) }}

select
    source_name,
    table_name,
    reason
from {{ ref('int_monitoring__freshness') }}
where status = 'fail'
