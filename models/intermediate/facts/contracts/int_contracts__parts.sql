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

with terms as (
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

-- a row that begins as the one before ends
followed as (
    select
        *,
        case
            when
                lag(end_date) over contract = start_date
                and coalesce(lag(cancelled_date) over contract = cancelled_date, true)
                and (lag(cancelled_date) over contract is null or cancelled_date is not null)
                then 0
            else 1
        end as is_first
    from beside
    window contract as (
        partition by
            account_id, plan, known_date, gives_way, missing_date, {{ amounts | join(', ') }}
        order by start_date, end_date, cancelled_date
    )
),

numbered as (
    select
        *,
        sum(is_first) over (
            partition by
                account_id, plan, known_date, gives_way, missing_date, {{ amounts | join(', ') }}
            order by start_date, end_date, cancelled_date
            rows unbounded preceding
        ) as contract_number
    from followed
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
    from numbered
    group by
        account_id, plan, known_date, gives_way, missing_date, contract_number,
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
        {{ held_until_date('bounded', 'thresholds') }} as held_until_date
    from bounded
    cross join thresholds
    -- void before anybody could know of it: no contract
    where bounded.known_date < bounded.service_end_date
)

select * from final
