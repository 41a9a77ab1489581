-- A copy in memory of what explains the scores, as if somebody had computed it.
-- Attached: warehouse.
select * from warehouse.marts.fct_score_contributions
