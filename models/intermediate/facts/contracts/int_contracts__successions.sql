{#- The terms of an account as they were known, state by state: a state begins on a day on which a
    term becomes known, begins, ends or runs out of grace, and nothing changes within it. Each term
    is given the end that it takes over from, as far as was known; ids say nothing of that. -#}
{%- set never = "cast('9999-12-31' as date)" -%}

with parts as (
    select * from {{ ref('int_contracts__parts') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

moments as (
    {% for moment in [
        'known_date', 'in_force_from_date', 'service_end_date', 'held_until_date'
    ] %}
        select
            account_id,
            {{ moment }} as moment_date
        from parts
        {% if not loop.last %}union distinct{% endif %}
    {% endfor %}
),

states as (
    select
        moments.account_id,
        moments.moment_date as seen_from_date,
        lead(moments.moment_date) over (
            partition by moments.account_id
            order by moments.moment_date
        ) as seen_until_date
    from moments
    cross join clock
    where moments.moment_date <= clock.as_of_date
),

-- those in force or to come, and those that ended so lately that another may take over from them;
-- a cancellation counts from its own day, before it the agreed end does
seen as (
    select
        states.account_id,
        states.seen_from_date,
        states.seen_until_date,
        row_number() over (
            partition by states.account_id, states.seen_from_date
            order by
                parts.in_force_from_date,
                parts.start_date,
                parts.known_date,
                parts.end_date,
                parts.cancelled_date,
                parts.plan
        ) as term_number,
        parts.plan,
        parts.start_date,
        parts.in_force_from_date,
        parts.known_date,
        parts.held_until_date,
        parts.missing_date,
        case
            when states.seen_from_date >= parts.cancelled_date then parts.service_end_date
            else coalesce(parts.end_date, {{ never }})
        end as end_date,
        case
            when states.seen_from_date >= parts.cancelled_date then parts.held_until_date
            when parts.end_date is null then {{ never }}
            else {{ add_days('parts.end_date', 'thresholds.renewal_grace_days') }}
        end as successor_until_date,
        parts.seats,
        parts.arr,
        parts.arr_in_contract_currency,
        parts.foreign_currency
    from states
    cross join thresholds
    inner join parts
        on
            states.account_id = parts.account_id
            and states.seen_from_date >= parts.known_date
    where
        states.seen_from_date < parts.service_end_date
        or (
            parts.in_force_from_date < parts.service_end_date
            and {{ days_between('parts.service_end_date', 'states.seen_from_date') }}
            <= thresholds.renewal_grace_days + thresholds.contract_overlap_days
        )
),

told as (
    select
        *,
        max(case when arr is null and seen_from_date < held_until_date then 1 else 0 end) over (
            partition by account_id, seen_from_date
        ) = 0 as is_arr_known
    from seen
),

-- terms are weighed by ARR; where some of it is unknown, by seats
weighed as (
    select
        *,
        {{ money('coalesce(case when is_arr_known then arr else seats end, 0)') }} as weight
    from told
),

-- ends near enough to the start of a term for it to take over from them
near_ends as (
    select
        later.account_id,
        later.seen_from_date,
        later.term_number,
        later.in_force_from_date,
        later.weight,
        earlier.end_date as predecessor_end_date,
        abs({{ days_between('earlier.end_date', 'later.in_force_from_date') }}) as days_apart,
        max(case when earlier.plan = later.plan then 1 else 0 end) as is_same_plan,
        max(case when earlier.known_date = later.known_date then 1 else 0 end) as is_same_signing,
        sum(earlier.weight) as ending_weight
    from weighed as earlier
    cross join thresholds
    inner join weighed as later
        on
            earlier.account_id = later.account_id
            and earlier.seen_from_date = later.seen_from_date
            and earlier.in_force_from_date < later.in_force_from_date
            and earlier.end_date < later.end_date
            and earlier.successor_until_date >= later.in_force_from_date
    where
        {{ days_between('later.in_force_from_date', 'earlier.end_date') }} <= least(
            thresholds.contract_overlap_days,
            thresholds.contract_overlap_share
            * {{ days_between('earlier.start_date', 'earlier.end_date') }}
        )
    group by
        later.account_id,
        later.seen_from_date,
        later.term_number,
        later.in_force_from_date,
        later.weight,
        earlier.end_date
),

-- it is likelier to take over from its own plan, or from what is not a mere part of it
candidates as (
    select
        near_ends.*,
        case
            when near_ends.is_same_plan = 1 then 2
            when near_ends.ending_weight >= near_ends.weight * thresholds.successor_arr_share then 1
            else 0
        end as likeness
    from near_ends
    cross join thresholds
),

-- what was signed with a term and begins as it ends is its next part
next_parts as (
    select * from candidates
    where days_apart = 0 and is_same_signing = 1
),

continued as (
    select
        account_id,
        seen_from_date,
        predecessor_end_date,
        sum(weight) as weight
    from next_parts
    group by account_id, seen_from_date, predecessor_end_date
),

likest as (
    select
        account_id,
        seen_from_date,
        term_number,
        max(likeness) as likeness
    from candidates
    group by account_id, seen_from_date, term_number
),

-- what else begins on the very day of an end, unless a likelier one is near
on_the_day as (
    select candidates.*
    from candidates
    left join continued
        on
            candidates.account_id = continued.account_id
            and candidates.seen_from_date = continued.seen_from_date
            and candidates.predecessor_end_date = continued.predecessor_end_date
    inner join likest
        on
            candidates.account_id = likest.account_id
            and candidates.seen_from_date = likest.seen_from_date
            and candidates.term_number = likest.term_number
    where
        candidates.days_apart = 0
        and candidates.is_same_signing = 0
        and candidates.likeness = likest.likeness
        and (continued.weight is null or continued.weight < candidates.ending_weight)
),

exact as (
    select * from next_parts
    union all
    select * from on_the_day
),

taken_over as (
    select
        account_id,
        seen_from_date,
        predecessor_end_date,
        sum(weight) as weight
    from exact
    group by account_id, seen_from_date, predecessor_end_date
),

-- what begins somewhat before or after goes to an end that is not taken over in full: one of the
-- same plan, else one that is not much smaller, the nearest, the one of the nearest ARR
nearby as (
    select
        candidates.*,
        candidates.ending_weight - coalesce(taken_over.weight, 0) as open_weight,
        row_number() over (
            partition by candidates.account_id, candidates.seen_from_date, candidates.term_number
            order by
                candidates.likeness desc,
                candidates.days_apart asc,
                abs(candidates.weight - candidates.ending_weight) asc,
                candidates.predecessor_end_date asc
        ) as choice
    from candidates
    left join taken_over
        on
            candidates.account_id = taken_over.account_id
            and candidates.seen_from_date = taken_over.seen_from_date
            and candidates.predecessor_end_date = taken_over.predecessor_end_date
    left join exact
        on
            candidates.account_id = exact.account_id
            and candidates.seen_from_date = exact.seen_from_date
            and candidates.term_number = exact.term_number
    where
        exact.term_number is null
        and candidates.days_apart > 0
        and (taken_over.weight is null or taken_over.weight < candidates.ending_weight)
),

chosen as (
    select
        *,
        sum(weight) over (
            partition by account_id, seen_from_date, predecessor_end_date, in_force_from_date
        ) as weight_beside
    from nearby
    where choice = 1
),

-- of what overlaps, an add-on is too small to be a contract's renewal, a contract too large to be
-- an add-on's
comparable as (
    select
        chosen.*,
        chosen.in_force_from_date > chosen.predecessor_end_date
        or (
            chosen.weight_beside >= chosen.ending_weight * thresholds.successor_arr_share
            and (
                chosen.is_same_plan = 1
                or chosen.ending_weight >= chosen.weight_beside * thresholds.successor_arr_share
            )
        ) as is_comparable
    from chosen
    cross join thresholds
),

-- and once the end is taken over in full, the rest is new
filled as (
    select
        *,
        sum(weight) over (
            partition by account_id, seen_from_date, predecessor_end_date
            order by is_same_plan desc, days_apart asc, weight desc, term_number asc
            rows between unbounded preceding and 1 preceding
        ) as weight_before
    from comparable
    where is_comparable
),

successors as (
    select
        account_id,
        seen_from_date,
        term_number,
        predecessor_end_date
    from exact
    union all
    select
        account_id,
        seen_from_date,
        term_number,
        predecessor_end_date
    from filled
    where weight_before is null or weight_before < open_weight
),

final as (
    select
        weighed.account_id,
        weighed.seen_from_date,
        weighed.seen_until_date,
        weighed.term_number,
        weighed.plan,
        weighed.start_date,
        weighed.in_force_from_date,
        weighed.known_date,
        weighed.end_date,
        weighed.held_until_date,
        weighed.missing_date,
        successors.predecessor_end_date,
        weighed.seats,
        weighed.arr,
        weighed.arr_in_contract_currency,
        weighed.foreign_currency,
        weighed.is_arr_known,
        weighed.weight
    from weighed
    left join successors
        on
            weighed.account_id = successors.account_id
            and weighed.seen_from_date = successors.seen_from_date
            and weighed.term_number = successors.term_number
)

select * from final
