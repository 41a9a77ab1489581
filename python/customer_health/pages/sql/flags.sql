-- what was done about flags of the last year, and what became of them; all of the team first
select
    coalesce(csm_owner_id, 'nobody') as csm_owner_id,
    grouping(csm_owner_id) = 1 as is_all,
    count(*) as n_flagged,
    avg(is_touched_in_time::int) as touched_share,
    avg(is_planned_in_time::int) as planned_share,
    median(days_to_plan) as days_to_plan,
    count(after_180d) as n_known,
    avg((after_180d = 'green')::int) as green_share,
    count(*) filter (is_saved) as n_saved,
    sum(arr) filter (is_saved) as saved_arr,
    count(*) filter (after_180d = 'lost') as n_lost,
    sum(arr) filter (after_180d = 'lost') as lost_arr
from marts.fct_flag_episodes
where flagged_date > getvariable('newest') - 365
group by grouping sets ((), (csm_owner_id))
having count(*) > 0
order by is_all desc, n_flagged desc, csm_owner_id
