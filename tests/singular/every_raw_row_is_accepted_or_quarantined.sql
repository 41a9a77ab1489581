-- Nothing is lost between a source and staging: raw = accepted + quarantined, for each table.
select
    source_name,
    table_name,
    n_raw,
    n_accepted,
    n_quarantined
from {{ ref('int_sources__reconciliation') }}
where n_raw <> n_accepted + n_quarantined
