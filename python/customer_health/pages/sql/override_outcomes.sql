-- whether those who override the score see more than it does
select
    direction,
    verdict,
    evidence
from marts.fct_override_outcomes
order by direction
