-- Nothing is lost between a source and the metrics: raw = accepted + quarantined, for each table.
-- Only a build of a window may leave rows that came too late for it, and says how many.
select
    source_name,
    table_name,
    n_raw,
    n_accepted,
    n_quarantined,
    n_too_late
from {{ ref('int_sources__reconciliation') }}
where
    n_raw <> n_accepted + n_quarantined + n_too_late
    or n_too_late < 0
    {% if not is_windowed() %}
        or n_too_late > 0
    {% endif %}
