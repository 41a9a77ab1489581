{{ config(materialized='incremental', incremental_strategy='window') }}

with contracts as (
    select * from {{ ref('int_contracts__spans') }}
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
),

attributes as (
    select * from {{ ref('int_facts__account_attributes') }}
),

segments as (
    select * from {{ ref('int_spine__segment_spans') }}
    where is_primary
),

feeds as (
    select * from {{ ref('int_feeds__connected') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
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

first_contracts as (
    select distinct
        account_id,
        first_contract_date
    from terms
),

bounded as (
    select
        contracts.*,
        greatest(
            contracts.from_date,
            first_usable.first_usable_date,
            cast('{{ window_start() }}' as date)
        ) as first_date,
        least(
            coalesce({{ add_days('contracts.until_date', -1) }}, clock.as_of_date),
            clock.as_of_date
        ) as last_date
    from contracts
    cross join first_usable
    cross join clock
),

expanded as (
    select
        *,
        {{ date_rows('first_date', 'last_date') }} as as_of_date
    from bounded
    where first_date <= last_date
),

contracted as (
    select * from expanded
    {% if var('history_grain') == 'week' %}
        where mod({{ day_number('as_of_date') }}, 7) = 6
    {% endif %}
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
        aged.term_end_date,
        aged.renewal_date,
        aged.days_to_renewal,
        coalesce(aged.days_to_renewal <= thresholds.renewal_window_days, false)
            as is_in_renewal_window,
        aged.committed_arr_share_90d,
        aged.first_contract_date,
        aged.tenure_days,
        coalesce(stages.lifecycle_stage, 'unknown') as lifecycle_stage,
        coalesce(segments.segment, 'unknown') as segment,
        attributes.csm_owner_id
    from aged
    cross join thresholds
    left join attributes
        on
            aged.account_id = attributes.account_id
            and aged.as_of_date >= attributes.from_date
            and (attributes.until_date is null or aged.as_of_date < attributes.until_date)
    left join segments
        on
            aged.account_id = segments.account_id
            and aged.as_of_date >= segments.from_date
            and (segments.until_date is null or aged.as_of_date < segments.until_date)
    left join stages
        on
            aged.tenure_days >= stages.from_day
            and (stages.to_day is null or aged.tenure_days < stages.to_day)
)

select * from final
