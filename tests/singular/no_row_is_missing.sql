-- An outage is no cancellation: such rows count as there until the policy's missing_row_days are
-- over.
{{ config(severity='warn') }}
{{ warn_of_rows(
    "select reason || '. Fix: deliver them again, and they were never away; if the source has"
    ~ " deleted or re-numbered them, none needed.'"
    ~ " from " ~ ref('int_monitoring__missing_rows') ~ " order by reason"
) }}

select
    table_name,
    reason
from {{ ref('int_monitoring__missing_rows') }}
