with terms as (
    select * from {{ ref('int_spine__terms') }}
),

attributes as (
    select * from {{ ref('int_spine__account_attributes') }}
),

feeds as (
    select * from {{ ref('int_sources__feeds') }}
),

clock as (
    select * from {{ ref('int_spine__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

stages as (
    select * from {{ ref('lifecycle_stages') }}
),

-- history starts with the first thing that some source saw happen
first_usable as (
    select
        coalesce(
            min(case when is_activity_feed then connected_from end), min(connected_from)
        ) as first_usable_date
    from feeds
),

-- an account counts as a customer until the grace days after a term that just ran out are over
held as (
    select
        terms.account_id,
        terms.start_date,
        terms.end_date,
        terms.seats,
        terms.arr,
        terms.arr_in_contract_currency,
        terms.in_force_from_date,
        terms.service_end_date,
        case
            when terms.service_end_date = cast('9999-12-31' as date) then terms.service_end_date
            when terms.cancelled_date is not null then terms.service_end_date
            else {{ add_days('terms.service_end_date', 'thresholds.renewal_grace_days') }}
        end as held_until_date
    from terms
    cross join thresholds
    where terms.in_force_from_date < terms.service_end_date
),

-- the first term we learn of; a term learnt of later never moves it
ranked_terms as (
    select
        account_id,
        start_date,
        row_number() over (
            partition by account_id
            order by known_date, start_date
        ) as term_rank
    from terms
),

first_contracts as (
    select
        account_id,
        start_date as first_contract_date
    from ranked_terms
    where term_rank = 1
),

spans as (
    {{ presence_spans('held', 'customer', "'customer'", 'in_force_from_date', 'held_until_date') }}
),

bounded as (
    select
        spans.account_id,
        greatest(spans.from_date, first_usable.first_usable_date) as from_date,
        least(
            coalesce({{ add_days('spans.until_date', -1) }}, clock.as_of_date), clock.as_of_date
        ) as last_date
    from spans
    cross join first_usable
    cross join clock
),

expanded as (
    select
        account_id,
        {{ date_rows('from_date', 'last_date') }} as as_of_date
    from bounded
    where from_date <= last_date
),

days as (
    select
        account_id,
        as_of_date
    from expanded
    {% if var('history_grain') == 'week' -%}
    where mod({{ day_number('as_of_date') }}, 7) = 6
    {%- endif %}
),

-- terms in service decide; while none is, those in their grace days stand in
in_force as (
    select
        days.account_id,
        days.as_of_date,
        held.seats,
        held.arr,
        held.arr_in_contract_currency,
        held.start_date,
        held.end_date,
        days.as_of_date < held.service_end_date as is_in_service
    from days
    inner join held
        on
            days.account_id = held.account_id
            and days.as_of_date >= held.in_force_from_date
            and days.as_of_date < held.held_until_date
),

contracts as (
    select
        account_id,
        as_of_date,
        {% for number in ['seats', 'arr', 'arr_in_contract_currency'] -%}
        cast(sum(case when is_in_service then {{ span_amount(number) }} end) as double)
            as {{ number }},
        cast(sum(case when not is_in_service then {{ span_amount(number) }} end) as double)
            as {{ number }}_in_grace,
        {% endfor -%}
        max(case when is_in_service then 1 else 0 end) = 1 as is_in_service,
        max(case when is_in_service then start_date end) as term_start_date,
        min(case when is_in_service then end_date end) as renewal_date,
        max(start_date) as term_start_date_in_grace,
        max(end_date) as renewal_date_in_grace
    from in_force
    group by account_id, as_of_date
),

contracted as (
    select
        account_id,
        as_of_date,
        is_in_service,
        {% for number in ['seats', 'arr', 'arr_in_contract_currency'] -%}
        case when is_in_service then {{ number }} else {{ number }}_in_grace end as {{ number }},
        {% endfor -%}
        case when is_in_service then term_start_date else term_start_date_in_grace end
            as term_start_date,
        case when is_in_service then renewal_date else renewal_date_in_grace end as renewal_date
    from contracts
),

final as (
    select
        contracted.account_id,
        contracted.as_of_date,
        {{ day_number('contracted.as_of_date') }} as day_number,
        contracted.is_in_service,
        contracted.seats,
        contracted.arr,
        contracted.arr_in_contract_currency,
        contracted.term_start_date,
        contracted.renewal_date,
        {{ days_between('contracted.as_of_date', 'contracted.renewal_date') }} as days_to_renewal,
        coalesce(
            {{ days_between('contracted.as_of_date', 'contracted.renewal_date') }}
            <= thresholds.renewal_window_days,
            false
        ) as is_in_renewal_window,
        first_contracts.first_contract_date,
        {{ days_between('first_contracts.first_contract_date', 'contracted.as_of_date') }}
            as tenure_days,
        coalesce(stages.lifecycle_stage, 'unknown') as lifecycle_stage,
        coalesce(attributes.segment, 'unknown') as segment,
        attributes.csm_owner_id
    from contracted
    cross join thresholds
    inner join first_contracts on contracted.account_id = first_contracts.account_id
    left join attributes
        on
            contracted.account_id = attributes.account_id
            and contracted.as_of_date >= attributes.from_date
            and (attributes.until_date is null or contracted.as_of_date < attributes.until_date)
    left join stages
        on
            {{ days_between('first_contracts.first_contract_date', 'contracted.as_of_date') }}
            >= stages.from_day
            and (
                stages.to_day is null
                or {{ days_between('first_contracts.first_contract_date', 'contracted.as_of_date') }}
                < stages.to_day
            )
)

select * from final
