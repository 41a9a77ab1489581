-- every metric in words
select
    metric,
    coalesce(metric_label, metric) as metric_label,
    dimension,
    unit
from marts.dim_metrics
order by metric
