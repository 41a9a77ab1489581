-- every metric of the scorecard that decides, with its dimension and unit
select distinct
    component as metric,
    dimension,
    unit
from marts.fct_score_contributions
where
    component_type = 'metric'
    and scorecard = (select max(scorecard) from customers)
    and as_of_date = (select max(as_of_date) from customers)
order by metric
