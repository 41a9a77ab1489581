-- how much of the customers' data there is
select
    count(*) as n_customers,
    count(health_score) as n_scored,
    avg(account_coverage) as account_coverage,
    min(scorecard_coverage) as scorecard_coverage,
    count(*) filter (where confidence = 'low') as n_low_confidence,
    count(*) filter (where n_dimensions_imputed > 0) as n_imputed,
    count(*) filter (where renewal_date is null) as n_without_renewal_date,
    count(*) filter (where arr is null) as n_without_arr,
    count(*) filter (where csm_owner_id is null) as n_without_owner,
    any_value(absent_sources) as absent_sources,
    any_value(stale_sources) as stale_sources
from customers
