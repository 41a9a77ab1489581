-- what the queries have in common: the scorecard that decides, the newest day, and the customers
set variable scorecard = (select max(scorecard) from marts.account_health);

set variable newest = (select max(as_of_date) from marts.account_health);

create temp view production_scores as
select * from marts.fct_health_scores
where scorecard_role = 'production';

create temp view customers as
select
    health.*,
    scores.is_flagged
from marts.account_health as health
left join production_scores as scores
    on health.account_id = scores.account_id and scores.as_of_date = getvariable('newest')
where health.customer_status = 'customer';

create temp view bands_in_order as
select
    band,
    row_number() over (order by mean_score desc) as band_rank
from (
    select
        band,
        avg(health_score) as mean_score
    from marts.account_health
    where band <> 'insufficient data'
    group by band
);
