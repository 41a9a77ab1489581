-- Nothing is lost between a source and the metrics: raw = accepted + quarantined, for each table,
-- but for rows of those who were erased, which are counted.
-- Only a build of a window may leave rows that came too late for it, or keep rows that the source
-- has taken back since, and says how many.
select
    source_name,
    table_name,
    n_raw,
    n_accepted,
    n_quarantined,
    n_erased,
    n_too_late,
    n_withdrawn
from {{ ref('int_monitoring__reconciliation') }}
where
    n_raw <> n_accepted + n_quarantined + n_erased + n_too_late - n_withdrawn
    {% if window_start() == all_days() %}
        or n_too_late + n_withdrawn > 0
    {% endif %}
