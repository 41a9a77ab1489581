with goals as (
    select
        *,
        cast(measured_at as date) as measured_date
    from {{ ref('stg_crm__goals') }}
),

milestones as (
    select * from {{ ref('stg_crm__milestones') }}
),

terms as (
    select * from {{ ref('int_contracts__terms') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

first_contracts as (
    select distinct
        account_id,
        first_contract_date
    from terms
),

reached as (
    select
        milestones.*,
        greatest(milestones.known_date, milestones.reached_date) as reached_known_date,
        {{ add_days('first_contracts.first_contract_date', 'thresholds.integration_days') }}
            as integration_until_date
    from milestones
    inner join first_contracts on milestones.account_id = first_contracts.account_id
    cross join thresholds
    where milestones.reached_date is not null
),

-- the first of its kind that becomes known
firsts as (
    select
        *,
        row_number() over (
            partition by account_id, milestone_type
            order by reached_known_date, reached_date
        ) as reached_rank
    from reached
),

final as (
    select {{ span('goals_known', 'known_date') }}
    from goals
    union all
    select {{ span('goals_due', 'greatest(known_date, least(due_date, achieved_date))') }}
    from goals
    where due_date is not null or achieved_date is not null
    union all
    select {{ span('goals_achieved', 'greatest(known_date, achieved_date)') }}
    from goals
    where achieved_date is not null
    union all
    select
        {{ span(
            'measured_value',
            'greatest(known_date, measured_date)',
            add_days('measured_date', 'thresholds.value_expiry_days'),
            'measured_value',
            is_money=true
        ) }}
    from goals
    cross join thresholds
    where measured_date is not null and measured_value is not null
    union all
    select
        {{ span(
            'values_measured',
            'greatest(known_date, measured_date)',
            add_days('measured_date', 'thresholds.value_expiry_days')
        ) }}
    from goals
    cross join thresholds
    where measured_date is not null and measured_value is not null
    union all
    select {{ span('use_cases_live', 'reached_known_date') }}
    from reached
    where milestone_type = 'use_case_live'
    union all
    select {{ span('milestones_known', 'known_date') }}
    from milestones
    {% for milestone_type in ['first_value', 'onboarding_complete', 'integration_live'] %}
        union all
        select {{ span(milestone_type ~ 's_known', 'known_date') }}
        from milestones
        where milestone_type = '{{ milestone_type }}'
    {% endfor %}
    union all
    select {{ span('milestones_due', 'greatest(known_date, least(planned_date, reached_date))') }}
    from milestones
    where planned_date is not null or reached_date is not null
    union all
    select {{ span('milestones_reached', 'reached_known_date') }}
    from reached
    {% for milestone_type in ['first_value', 'onboarding_complete'] %}
        union all
        select
            {{ span(
                milestone_type ~ '_day', 'reached_known_date', amount=day_number('reached_date')
            ) }}
        from firsts
        where milestone_type = '{{ milestone_type }}' and reached_rank = 1
    {% endfor %}
    union all
    select {{ span('integrations_in_time', 'reached_known_date') }}
    from reached
    where milestone_type = 'integration_live' and reached_date <= integration_until_date
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
