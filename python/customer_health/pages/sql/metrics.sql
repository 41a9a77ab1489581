-- every metric in words
select
    metric,
    coalesce(metric_label, metric) as metric_label,
    dimension,
    unit,
    shown_as
from marts.dim_metrics
order by metric
