{#- The contract of an account in spans on which nothing changes: what is in force, until when the
    main contract runs and how much of the ARR is signed for longer, as known then. -#}
{%- set never = "cast('9999-12-31' as date)" -%}

with recursive terms as (
    select * from {{ ref('int_contracts__successions') }}
),

-- terms in service count, a successor from the day its predecessor ends
in_service as (
    select * from terms
    where
        seen_from_date >= in_force_from_date
        and seen_from_date < end_date
        and (predecessor_end_date is null or predecessor_end_date <= seen_from_date)
),

-- while none is, those that ended last stand in for their grace days
grace as (
    select
        terms.account_id,
        terms.seen_from_date,
        terms.term_number,
        rank() over (
            partition by terms.account_id, terms.seen_from_date
            order by terms.end_date desc
        ) as lateness
    from terms
    left join in_service
        on
            terms.account_id = in_service.account_id
            and terms.seen_from_date = in_service.seen_from_date
    where
        in_service.account_id is null
        and terms.seen_from_date >= terms.in_force_from_date
        and terms.seen_from_date < terms.held_until_date
),

current_terms as (
    select
        *,
        true as is_in_service
    from in_service
    union all
    select
        terms.*,
        false as is_in_service
    from terms
    inner join grace
        on
            terms.account_id = grace.account_id
            and terms.seen_from_date = grace.seen_from_date
            and terms.term_number = grace.term_number
    where grace.lateness = 1
),

-- the ends that today's terms lead to along their successors
ends as (
    select distinct
        account_id,
        seen_from_date,
        end_date as current_end_date,
        end_date
    from current_terms
    union distinct
    select
        ends.account_id,
        ends.seen_from_date,
        ends.current_end_date,
        terms.end_date
    from ends
    inner join terms
        on
            ends.account_id = terms.account_id
            and ends.seen_from_date = terms.seen_from_date
            and ends.end_date = terms.predecessor_end_date
),

-- the terms that each of today's ends leads to, with those that end there
followed as (
    select
        account_id,
        seen_from_date,
        end_date as current_end_date,
        term_number,
        plan,
        end_date,
        weight
    from current_terms
    union all
    select
        terms.account_id,
        terms.seen_from_date,
        ends.current_end_date,
        terms.term_number,
        terms.plan,
        terms.end_date,
        terms.weight
    from ends
    inner join terms
        on
            ends.account_id = terms.account_id
            and ends.seen_from_date = terms.seen_from_date
            and ends.end_date = terms.predecessor_end_date
),

reached as (
    select
        account_id,
        seen_from_date,
        current_end_date,
        end_date,
        sum(weight) as weight
    from followed
    group by account_id, seen_from_date, current_end_date, end_date
),

followed_once as (
    select distinct
        account_id,
        seen_from_date,
        term_number,
        plan,
        end_date,
        weight
    from followed
),

ending as (
    select
        account_id,
        seen_from_date,
        end_date,
        plan,
        sum(weight) as weight
    from followed_once
    group by account_id, seen_from_date, end_date, plan
),

taking_over as (
    select
        account_id,
        seen_from_date,
        predecessor_end_date,
        plan,
        sum(weight) as weight
    from terms
    where predecessor_end_date is not null
    group by account_id, seen_from_date, predecessor_end_date, plan
),

-- a plan that goes on at less is renewed all the same
reduced as (
    select
        ending.account_id,
        ending.seen_from_date,
        ending.end_date,
        sum(greatest(ending.weight - taking_over.weight, 0)) as weight
    from ending
    inner join taking_over
        on
            ending.account_id = taking_over.account_id
            and ending.seen_from_date = taking_over.seen_from_date
            and ending.end_date = taking_over.predecessor_end_date
            and coalesce(ending.plan, '') = coalesce(taking_over.plan, '')
    group by ending.account_id, ending.seen_from_date, ending.end_date
),

ending_in_all as (
    select
        account_id,
        seen_from_date,
        end_date,
        sum(weight) as weight
    from ending
    group by account_id, seen_from_date, end_date
),

taking_over_in_all as (
    select
        account_id,
        seen_from_date,
        predecessor_end_date,
        sum(weight) as weight
    from taking_over
    group by account_id, seen_from_date, predecessor_end_date
),

current_ends as (
    select
        account_id,
        seen_from_date,
        end_date,
        sum(weight) as weight
    from current_terms
    group by account_id, seen_from_date, end_date
),

-- how much of today's leads to each end: what took over may be larger
led as (
    select
        ends.account_id,
        ends.seen_from_date,
        ends.end_date,
        sum(current_ends.weight) as weight
    from ends
    inner join current_ends
        on
            ends.account_id = current_ends.account_id
            and ends.seen_from_date = current_ends.seen_from_date
            and ends.current_end_date = current_ends.end_date
    group by ends.account_id, ends.seen_from_date, ends.end_date
),

-- how much of today's ends on a day for good, as far as is known
lost as (
    select
        ending_in_all.account_id,
        ending_in_all.seen_from_date,
        ending_in_all.end_date,
        greatest(
            least(ending_in_all.weight, led.weight) - coalesce(taking_over_in_all.weight, 0), 0
        ) as weight,
        greatest(
            least(ending_in_all.weight - coalesce(reduced.weight, 0), led.weight)
            - coalesce(taking_over_in_all.weight, 0),
            0
        ) as weight_for_good
    from ending_in_all
    inner join led
        on
            ending_in_all.account_id = led.account_id
            and ending_in_all.seen_from_date = led.seen_from_date
            and ending_in_all.end_date = led.end_date
    left join taking_over_in_all
        on
            ending_in_all.account_id = taking_over_in_all.account_id
            and ending_in_all.seen_from_date = taking_over_in_all.seen_from_date
            and ending_in_all.end_date = taking_over_in_all.predecessor_end_date
    left join reduced
        on
            ending_in_all.account_id = reduced.account_id
            and ending_in_all.seen_from_date = reduced.seen_from_date
            and ending_in_all.end_date = reduced.end_date
),

-- each of today's contracts ends where most of what it leads to does, of equals the latest; what
-- ends there of others says nothing
followed_ends as (
    select
        reached.account_id,
        reached.seen_from_date,
        reached.current_end_date,
        reached.end_date,
        current_ends.weight,
        row_number() over (
            partition by
                reached.account_id, reached.seen_from_date, reached.current_end_date
            order by least(lost.weight_for_good, reached.weight) desc, reached.end_date desc
        ) as choice
    from reached
    inner join lost
        on
            reached.account_id = lost.account_id
            and reached.seen_from_date = lost.seen_from_date
            and reached.end_date = lost.end_date
    inner join current_ends
        on
            reached.account_id = current_ends.account_id
            and reached.seen_from_date = current_ends.seen_from_date
            and reached.current_end_date = current_ends.end_date
),

-- the main contract is where most of today's ARR ends, of equals the latest
main_ends as (
    select
        account_id,
        seen_from_date,
        end_date,
        row_number() over (
            partition by account_id, seen_from_date
            order by sum(weight) desc, end_date desc
        ) as choice
    from followed_ends
    where choice = 1
    group by account_id, seen_from_date, end_date
),

-- the largest of today's terms that lead there
main_terms as (
    select
        current_terms.account_id,
        current_terms.seen_from_date,
        current_terms.end_date as current_end_date,
        current_terms.known_date,
        current_terms.start_date,
        main_ends.end_date as main_end_date,
        row_number() over (
            partition by current_terms.account_id, current_terms.seen_from_date
            order by
                followed_ends.weight desc,
                current_terms.end_date desc,
                current_terms.weight desc,
                current_terms.start_date asc,
                current_terms.known_date asc
        ) as choice
    from current_terms
    inner join followed_ends
        on
            current_terms.account_id = followed_ends.account_id
            and current_terms.seen_from_date = followed_ends.seen_from_date
            and current_terms.end_date = followed_ends.current_end_date
    inner join main_ends
        on
            followed_ends.account_id = main_ends.account_id
            and followed_ends.seen_from_date = main_ends.seen_from_date
            and followed_ends.end_date = main_ends.end_date
    where followed_ends.choice = 1 and main_ends.choice = 1
),

-- its term ends where what was signed with it does
main_contracts as (
    select
        main_terms.account_id,
        main_terms.seen_from_date,
        min(main_terms.start_date) as term_start_date,
        nullif(max(terms.end_date), {{ never }}) as term_end_date,
        nullif(min(main_terms.main_end_date), {{ never }}) as renewal_date
    from main_terms
    inner join ends
        on
            main_terms.account_id = ends.account_id
            and main_terms.seen_from_date = ends.seen_from_date
            and main_terms.current_end_date = ends.current_end_date
            and main_terms.main_end_date >= ends.end_date
    inner join terms
        on
            ends.account_id = terms.account_id
            and ends.seen_from_date = terms.seen_from_date
            and ends.end_date = terms.end_date
            and main_terms.known_date = terms.known_date
    where main_terms.choice = 1
    group by main_terms.account_id, main_terms.seen_from_date
),

totals as (
    select
        account_id,
        seen_from_date,
        min(seen_until_date) as seen_until_date,
        max(case when is_in_service then 1 else 0 end) = 1 as is_in_service,
        min(case when is_arr_known then 1 else 0 end) = 1 as is_arr_known,
        sum(seats) as seats,
        case when count(arr) = count(*) then sum(arr) end as arr,
        case
            when
                count(arr_in_contract_currency) = count(*)
                and count(distinct coalesce(foreign_currency, '')) = 1
                then sum(arr_in_contract_currency)
        end as arr_in_contract_currency
    from current_terms
    group by account_id, seen_from_date
),

-- ninety days before an end what ends there leaves the share that is signed for them
cuts as (
    select
        account_id,
        seen_from_date,
        seen_from_date as from_date,
        cast(0 as decimal(38, 6)) as weight
    from totals
    union all
    select
        lost.account_id,
        lost.seen_from_date,
        greatest({{ add_days('lost.end_date', -90) }}, lost.seen_from_date) as from_date,
        lost.weight
    from lost
    inner join totals
        on
            lost.account_id = totals.account_id
            and lost.seen_from_date = totals.seen_from_date
    where
        lost.weight > 0
        and (
            totals.seen_until_date is null
            or {{ add_days('lost.end_date', -90) }} < totals.seen_until_date
        )
),

losses as (
    select
        account_id,
        seen_from_date,
        from_date,
        sum(sum(weight)) over (
            partition by account_id, seen_from_date
            order by from_date
            rows unbounded preceding
        ) as weight,
        lead(from_date) over (partition by account_id, seen_from_date order by from_date)
            as next_from_date
    from cuts
    group by account_id, seen_from_date, from_date
),

final as (
    select
        totals.account_id,
        losses.from_date,
        coalesce(losses.next_from_date, totals.seen_until_date) as until_date,
        totals.is_in_service,
        cast(totals.seats as double) as seats,
        cast(totals.arr as double) as arr,
        cast(totals.arr_in_contract_currency as double) as arr_in_contract_currency,
        main_contracts.term_start_date,
        main_contracts.term_end_date,
        main_contracts.renewal_date,
        case
            when totals.is_arr_known
                then
                    cast(greatest(totals.arr - losses.weight, 0) as double)
                    / nullif(cast(totals.arr as double), 0)
        end as committed_arr_share_90d
    from totals
    inner join losses
        on
            totals.account_id = losses.account_id
            and totals.seen_from_date = losses.seen_from_date
    left join main_contracts
        on
            totals.account_id = main_contracts.account_id
            and totals.seen_from_date = main_contracts.seen_from_date
)

select * from final
