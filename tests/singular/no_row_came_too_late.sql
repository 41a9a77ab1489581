-- Rows that happened, and were known, before the days that a build opens again count in no score.
-- Mend: a full refresh takes them in; next time, a larger late_row_days in
-- seeds/policy/thresholds.csv.
{{ config(severity='warn') }}

select
    source_name,
    table_name,
    n_too_late
from {{ ref('int_sources__reconciliation') }}
where n_too_late > 0
