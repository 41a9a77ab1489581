-- what was done about flags of the last year, and what became of accounts, each by its newest flag
-- that is 180 days old; all of the team first
with flags as (
    select
        *,
        after_180d in ('green', 'not flagged')
        and coalesce(first_touch_date, plan_date) is not null as is_saved,
        after_180d is not null
        and row_number() over (
            partition by account_id
            order by after_180d is not null desc, flagged_date desc
        ) = 1 as is_counted
    from marts.fct_flag_episodes
    where flagged_date > getvariable('newest') - 365
)

select
    coalesce(csm_owner_id, 'nobody') as csm_owner_id,
    grouping(csm_owner_id) = 1 as is_all,
    count(*) as n_flagged,
    avg(is_touched_in_time::int) as touched_share,
    avg(is_planned_in_time::int) as planned_share,
    median(days_to_plan) as days_to_plan,
    count(*) filter (is_counted) as n_known,
    avg((after_180d = 'green')::int) filter (is_counted) as green_share,
    count(*) filter (is_counted and is_saved) as n_saved,
    sum(arr) filter (is_counted and is_saved) as saved_arr,
    count(*) filter (is_counted and after_180d = 'lost') as n_lost,
    sum(arr) filter (is_counted and after_180d = 'lost') as lost_arr
from flags
group by grouping sets ((), (csm_owner_id))
having count(*) > 0
order by is_all desc, n_flagged desc, csm_owner_id
