-- Scores still come out, and say in account_health.stale_sources what they rest on.
{{ config(severity='warn') }}
{{ warn_of_rows(
    "select reason || '. Fix: deliver the table again, or change its row in"
    ~ " seeds/policy/source_checks.csv.'"
    ~ " from " ~ ref('int_monitoring__freshness') ~ " where status = 'warn' order by reason"
) }}

select
    source_name,
    table_name,
    reason
from {{ ref('int_monitoring__freshness') }}
where status = 'warn'
