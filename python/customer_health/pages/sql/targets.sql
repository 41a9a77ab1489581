-- the newest month whose outcomes are all known: figures against their targets
select
    as_of_date,
    figure,
    value,
    low,
    high,
    n,
    target,
    verdict,
    reason
from marts.fct_validation_figures
where
    scorecard = getvariable('scorecard')
    and segment = 'all'
    and horizon_days = 90
qualify as_of_date = max(as_of_date) over ()
-- F1 joins precision and recall, and comes after them
order by target is null, figure = 'f1', figure
