-- Rows that happened, and were known, before the days that a build opens again count in no score yet.
-- Mend: a full refresh takes them in; a larger late_row_days in seeds/policy/thresholds.csv, next time.
{{ config(severity='warn') }}

select
    source_name,
    table_name,
    n_too_late
from {{ ref('int_sources__reconciliation') }}
where n_too_late > 0
