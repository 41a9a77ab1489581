-- why customers have no score
select
    not_scored_reason,
    count(*) as n
from customers
where not_scored_reason is not null
group by not_scored_reason
order by n desc, not_scored_reason
