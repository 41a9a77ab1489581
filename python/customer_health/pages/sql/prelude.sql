-- what several queries read: the scorecard that decides, on the newest day
create temp view customers as
select * from marts.account_health
where customer_status = 'customer';

create temp view production_scores as
select * from marts.fct_health_scores
where scorecard_role = 'production';

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
