-- A copy in memory of the scores, as if somebody had computed them.
-- Attached: warehouse.
select * from warehouse.marts.fct_health_scores
