-- Which ids come twice. No build may leave it out: a repeated event would count twice.
-- Variable: raw, the folder of raw data.
select hash(event_id) as id_hash
from read_parquet(getvariable('raw') || '/product/events/*.parquet')
group by all
having count(*) > 1
