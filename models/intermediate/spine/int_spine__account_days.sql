{{ config(materialized='incremental', incremental_strategy='window') }}

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
        {{ held_until_date('terms', 'thresholds') }} as held_until_date
    from terms
    cross join thresholds
    where terms.in_force_from_date < terms.service_end_date
),

first_contracts as (
    select distinct
        account_id,
        first_contract_date
    from terms
),

spans as (
    {{ merged_spans('held', ['account_id'], 'in_force_from_date', 'held_until_date') }}
),

bounded as (
    select
        spans.account_id,
        greatest(
            spans.from_date,
            first_usable.first_usable_date,
            cast('{{ window_start() }}' as date)
        ) as from_date,
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
    {% if var('history_grain') == 'week' %}
        where mod({{ day_number('as_of_date') }}, 7) = 6
    {% endif %}
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
        days.as_of_date < held.service_end_date as is_in_service,
        rank() over (
            partition by days.account_id, days.as_of_date
            order by case when days.as_of_date < held.service_end_date then 0 else 1 end
        ) as standing
    from days
    inner join held
        on
            days.account_id = held.account_id
            and days.as_of_date >= held.in_force_from_date
            and days.as_of_date < held.held_until_date
),

-- of several terms the one whose end is nearest says when it renews
ranked as (
    select
        *,
        row_number() over (
            partition by account_id, as_of_date
            order by
                abs(
                    {{ days_between(
                        'as_of_date', "coalesce(end_date, cast('9999-12-31' as date))"
                    ) }}
                ),
                start_date desc
        ) as term_rank
    from in_force
    where standing = 1
),

contracted as (
    select
        account_id,
        as_of_date,
        max(case when is_in_service then 1 else 0 end) = 1 as is_in_service,
        {% for number in ['seats', 'arr', 'arr_in_contract_currency'] %}
            cast(sum({{ span_amount(number) }}) as double) as {{ number }},
        {% endfor %}
        max(case when term_rank = 1 then start_date end) as term_start_date,
        max(case when term_rank = 1 then end_date end) as renewal_date
    from ranked
    group by account_id, as_of_date
),

aged as (
    select
        contracted.*,
        first_contracts.first_contract_date,
        {{ days_between('first_contracts.first_contract_date', 'contracted.as_of_date') }}
            as tenure_days,
        {{ days_between('contracted.as_of_date', 'contracted.renewal_date') }} as days_to_renewal
    from contracted
    inner join first_contracts on contracted.account_id = first_contracts.account_id
),

final as (
    select
        aged.account_id,
        aged.as_of_date,
        {{ day_number('aged.as_of_date') }} as day_number,
        aged.is_in_service,
        aged.seats,
        aged.arr,
        aged.arr_in_contract_currency,
        aged.term_start_date,
        aged.renewal_date,
        aged.days_to_renewal,
        coalesce(aged.days_to_renewal <= thresholds.renewal_window_days, false)
            as is_in_renewal_window,
        aged.first_contract_date,
        aged.tenure_days,
        coalesce(stages.lifecycle_stage, 'unknown') as lifecycle_stage,
        coalesce(attributes.segment, 'unknown') as segment,
        attributes.csm_owner_id
    from aged
    cross join thresholds
    left join attributes
        on
            aged.account_id = attributes.account_id
            and aged.as_of_date >= attributes.from_date
            and (attributes.until_date is null or aged.as_of_date < attributes.until_date)
    left join stages
        on
            aged.tenure_days >= stages.from_day
            and (stages.to_day is null or aged.tenure_days < stages.to_day)
)

select * from final
