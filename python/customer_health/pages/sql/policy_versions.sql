-- policies under which scores were published, the newest first
select *
from marts.fct_policy_versions
order by last_date desc, first_date desc
limit 12
