-- An outage is no cancellation: such rows count as there until the policy's missing_row_days are
-- over.
{{ config(severity='warn') }}
{{ warn_of_missing_rows(ref('int_monitoring__missing_rows')) }}

select
    table_name,
    reason
from {{ ref('int_monitoring__missing_rows') }}
