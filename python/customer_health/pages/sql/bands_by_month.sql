-- customers in each band at the end of each month, and on the newest day
select
    cast(as_of_date as varchar) as day,
    band,
    count(*) as customers
from production_scores
where
    (as_of_date = last_day(as_of_date) or as_of_date = getvariable('newest'))
    and as_of_date >= getvariable('newest') - 730
group by as_of_date, band
order by as_of_date, band
