{#- Each time that an account was flagged: was it touched in time, was there a plan, and what became
    of it in 180 days. -#}
{% set later_days = 182 if var('history_grain') == 'week' else 180 %}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and band <> 'insufficient data'
),

account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

runs as (
    select * from {{ ref('int_facts__play_runs') }}
),

touches as (
    select * from {{ ref('int_facts__touches') }}
),

term_ends as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where counts_as_churn
),

best_bands as (
    select band
    from {{ ref('int_policy__verdicts') }}
    where verdict = 'green'
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

in_order as (
    select
        account_id,
        as_of_date,
        band,
        health_score,
        is_flagged,
        lag(is_flagged) over (partition by account_id order by as_of_date) as was_flagged
    from scores
),

changes as (
    select
        *,
        lead(as_of_date) over (partition by account_id order by as_of_date) as next_change_date
    from in_order
    where is_flagged is distinct from was_flagged
),

flags as (
    select
        changes.account_id,
        changes.as_of_date as flagged_date,
        changes.next_change_date as unflagged_date,
        lead(changes.as_of_date) over (
            partition by changes.account_id order by changes.as_of_date
        ) as next_flagged_date,
        changes.band,
        changes.health_score,
        account_days.csm_owner_id,
        account_days.segment,
        account_days.arr,
        {{ add_days('changes.as_of_date', 'thresholds.flagged_touch_days') }} as touch_due_date,
        {{ add_days('changes.as_of_date', 'thresholds.plan_days') }} as plan_due_date,
        {{ add_days('changes.as_of_date', 180) }} as end_date,
        {{ add_days(
            'changes.as_of_date',
            '180 + greatest(thresholds.renewal_grace_days, thresholds.missing_row_days)'
        ) }} as settled_date
    from changes
    inner join account_days
        on
            changes.account_id = account_days.account_id
            and changes.as_of_date = account_days.as_of_date
    cross join thresholds
    where changes.is_flagged
),

-- what was done on the day itself came before the flag was known
touched as (
    select
        flags.account_id,
        flags.flagged_date,
        min(touches.activity_date) as first_touch_date
    from flags
    inner join touches
        on
            flags.account_id = touches.account_id
            and flags.flagged_date < touches.activity_date
            and flags.end_date >= touches.activity_date
            and coalesce(flags.unflagged_date, flags.end_date) >= touches.activity_date
    group by flags.account_id, flags.flagged_date
),

planned as (
    select
        flags.account_id,
        flags.flagged_date,
        min(runs.started_date) as plan_date
    from flags
    inner join runs
        on
            flags.account_id = runs.account_id
            and flags.flagged_date < runs.started_date
            and flags.end_date >= runs.started_date
            and coalesce(flags.unflagged_date, flags.end_date) >= runs.started_date
    group by flags.account_id, flags.flagged_date
),

lost as (
    select
        flags.account_id,
        flags.flagged_date,
        min(term_ends.ended_date) as lost_date
    from flags
    inner join term_ends
        on
            flags.account_id = term_ends.account_id
            and flags.flagged_date < term_ends.ended_date
            and flags.end_date >= term_ends.ended_date
    group by flags.account_id, flags.flagged_date
),

answered as (
    select
        flags.account_id,
        flags.flagged_date,
        flags.csm_owner_id,
        flags.segment,
        flags.band,
        flags.health_score,
        flags.arr,
        flags.unflagged_date,
        touched.first_touch_date,
        {{ days_between('flags.flagged_date', 'touched.first_touch_date') }} as days_to_touch,
        case
            when touched.first_touch_date <= flags.touch_due_date then true
            when flags.unflagged_date <= flags.touch_due_date then null
            when flags.touch_due_date < clock.as_of_date then false
        end as is_touched_in_time,
        planned.plan_date,
        {{ days_between('flags.flagged_date', 'planned.plan_date') }} as days_to_plan,
        case
            when planned.plan_date <= flags.plan_due_date then true
            when flags.unflagged_date <= flags.plan_due_date then null
            when flags.plan_due_date < clock.as_of_date then false
        end as is_planned_in_time,
        case
            when flags.settled_date > clock.as_of_date then null
            -- what became of the account is told once, by its newest flag
            when flags.next_flagged_date <= coalesce(lost.lost_date, flags.end_date) then null
            when lost.lost_date is not null then 'lost'
            when later.account_id is null then 'not scored'
            when best_bands.band is not null then 'green'
            when later.is_flagged then 'flagged'
            else 'not flagged'
        end as after_180d
    from flags
    cross join clock
    left join touched
        on flags.account_id = touched.account_id and flags.flagged_date = touched.flagged_date
    left join planned
        on flags.account_id = planned.account_id and flags.flagged_date = planned.flagged_date
    left join lost
        on flags.account_id = lost.account_id and flags.flagged_date = lost.flagged_date
    left join scores as later
        on
            flags.account_id = later.account_id
            and {{ add_days('flags.flagged_date', later_days) }} = later.as_of_date
    left join best_bands on later.band = best_bands.band
),

-- somebody worked on it, and it is there and not flagged; some would have come back anyway
final as (
    select
        *,
        case
            when after_180d is not null
                then
                    after_180d in ('green', 'not flagged')
                    and coalesce(first_touch_date, plan_date) is not null
        end as is_saved
    from answered
)

select * from final
