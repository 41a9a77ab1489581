-- Scores still come out, and say in account_health.stale_sources what they rest on.
{{ config(severity='warn') }}
{{ warn_of_sources(ref('int_monitoring__freshness'), 'warn') }}

select
    source_name,
    table_name,
    reason
from {{ ref('int_monitoring__freshness') }}
where status = 'warn'
