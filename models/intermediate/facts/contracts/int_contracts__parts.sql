{#- Terms that say one contract made one: those alike in all but seats and ARR (a row per product),
    and those signed together that follow each other at the same ARR (a row per year). -#}
{%- set never = "cast('9999-12-31' as date)" -%}
{%- set amounts = ['seats', 'arr', 'arr_in_contract_currency', 'foreign_currency'] -%}

{#- ARR that one of them does not know they do not know together; no seats count as none -#}
{%- set sums_of_amounts -%}
sum(seats) as seats,
        case when count(arr) = count(*) then sum({{ money('arr') }}) end as arr,
        case
            when
                count(arr_in_contract_currency) = count(*)
                and count(distinct coalesce(foreign_currency, '')) = 1
                then sum({{ money('arr_in_contract_currency') }})
        end as arr_in_contract_currency,
        max(foreign_currency) as foreign_currency
{%- endset %}

with recursive terms as (
    select * from {{ ref('int_contracts__terms') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

-- a term that gave way goes on, as another version, under another id or at another account
versions as (
    select
        *,
        coalesce(gave_way_date = cancelled_date, false) as gives_way,
        -- null: the reporting currency
        case when arr = arr_in_contract_currency then null else upper(currency) end
            as foreign_currency
    from terms
),

beside as (
    select
        account_id,
        plan,
        start_date,
        known_date,
        end_date,
        cancelled_date,
        gives_way,
        missing_date,
        {{ sums_of_amounts }}
    from versions
    group by
        account_id, plan, start_date, known_date, end_date, cancelled_date, gives_way, missing_date
),

-- rows of one contract are alike in these; where several begin or end on a day, they pair in order
alike as (
    select
        *,
        dense_rank() over (
            order by
                account_id, plan, known_date, gives_way, missing_date, {{ amounts | join(', ') }}
        ) as alike_number
    from beside
),

numbered as (
    select
        *,
        row_number() over (order by alike_number, start_date, end_date, cancelled_date) as part,
        row_number() over (
            partition by alike_number, start_date
            order by cancelled_date, end_date
        ) as order_of_start,
        row_number() over (
            partition by alike_number, end_date
            order by cancelled_date, start_date
        ) as order_of_end
    from alike
),

-- a row that begins as another ends goes on from it, if a cancellation holds for both
linked as (
    select
        later.*,
        earlier.part as previous_part
    from numbered as later
    left join numbered as earlier
        on
            later.alike_number = earlier.alike_number
            and later.start_date = earlier.end_date
            and later.order_of_start = earlier.order_of_end
            and earlier.start_date < earlier.end_date
            and (
                earlier.cancelled_date is null
                or coalesce(later.cancelled_date = earlier.cancelled_date, false)
            )
),

chains as (
    select
        linked.*,
        linked.part as first_part
    from linked
    where linked.previous_part is null

    union all

    select
        linked.*,
        chains.first_part
    from linked
    inner join chains on linked.previous_part = chains.part
),

stitched as (
    select
        account_id,
        plan,
        known_date,
        gives_way,
        missing_date,
        {{ amounts | join(', ') }},
        min(start_date) as start_date,
        case when count(end_date) = count(*) then max(end_date) end as end_date,
        max(cancelled_date) as cancelled_date
    from chains
    group by
        account_id, plan, known_date, gives_way, missing_date, first_part,
        {{ amounts | join(', ') }}
),

whole as (
    select
        account_id,
        plan,
        start_date,
        known_date,
        end_date,
        cancelled_date,
        gives_way,
        missing_date,
        {{ sums_of_amounts }}
    from stitched
    group by
        account_id, plan, start_date, known_date, end_date, cancelled_date, gives_way, missing_date
),

bounded as (
    select
        *,
        greatest(start_date, known_date) as in_force_from_date,
        least(coalesce(end_date, {{ never }}), coalesce(cancelled_date, {{ never }}))
            as service_end_date
    from whole
),

final as (
    select
        bounded.*,
        -- after the policy's grace days if it just ran out, at once if it was cancelled
        case
            when bounded.service_end_date = {{ never }} then bounded.service_end_date
            else least(
                {{ add_days('bounded.service_end_date', 'thresholds.renewal_grace_days') }},
                coalesce(bounded.cancelled_date, {{ never }})
            )
        end as held_until_date
    from bounded
    cross join thresholds
    -- void before anybody could know of it: no contract
    where bounded.known_date < bounded.service_end_date
)

select * from final
