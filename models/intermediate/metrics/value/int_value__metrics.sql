{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

usage as (
    select * from {{ ref('int_usage__metrics') }}
    where {{ in_window('as_of_date') }}
),

measures as (
    select * from {{ ref('int_value__measures') }}
    where {{ in_window('as_of_date') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

totals as (
    {{ span_totals(ref('int_value__spans'), 'spine', [
        'goals_known',
        'goals_due',
        'goals_achieved',
        'measured_value',
        'values_measured',
        'use_cases_live',
        'milestones_known',
        'milestones_due',
        'milestones_reached',
        'first_values_known',
        'onboarding_completes_known',
        'integration_lives_known',
        'first_value_day',
        'onboarding_complete_day',
        'integrations_in_time',
    ], is_money=true) }}
),

placed as (
    select
        totals.*,
        spine.tenure_days,
        spine.arr_in_contract_currency,
        usage.active_users_28d,
        measures.has_api_calls,
        measures.has_listings,
        measures.has_searches,
        measures.has_orders,
        measures.api_calls_28d,
        measures.api_error_rate_28d,
        measures.api_latency_ms_28d,
        measures.listings_28d,
        measures.listing_fill_rate_28d,
        measures.search_success_rate_28d,
        measures.orders_28d,
        measures.dispute_rate_28d,
        thresholds.first_value_days,
        thresholds.onboarding_days,
        thresholds.integration_days,
        thresholds.active_users_goal,
        -- days from the first contract; null while not reached
        case
            when totals.first_value_day > 0
                then
                    greatest(
                        totals.first_value_day - {{ day_number('spine.first_contract_date') }}, 0
                    )
        end as first_value_tenure_days,
        case
            when totals.onboarding_complete_day > 0
                then totals.onboarding_complete_day - {{ day_number('spine.first_contract_date') }}
        end as onboarding_tenure_days
    from spine
    inner join totals
        on spine.account_id = totals.account_id and spine.as_of_date = totals.as_of_date
    inner join usage
        on spine.account_id = usage.account_id and spine.as_of_date = usage.as_of_date
    left join measures
        on spine.account_id = measures.account_id and spine.as_of_date = measures.as_of_date
    cross join thresholds
),

measured as (
    select
        account_id,
        as_of_date,
        goals_known,
        milestones_known,
        first_values_known,
        onboarding_completes_known,
        integration_lives_known,
        has_api_calls,
        has_listings,
        has_searches,
        has_orders,
        api_calls_28d,
        api_error_rate_28d,
        api_latency_ms_28d,
        listings_28d,
        listing_fill_rate_28d,
        search_success_rate_28d,
        orders_28d,
        dispute_rate_28d,
        goals_achieved / nullif(goals_due, 0) as goals_achieved_share,
        case
            when values_measured > 0 then measured_value / nullif(arr_in_contract_currency, 0)
        end as roi_ratio,
        nullif(use_cases_live, 0) as use_cases_live,
        milestones_reached / nullif(milestones_due, 0) as milestones_reached_share,
        case
            when first_value_tenure_days is not null then first_value_tenure_days
            when first_values_known > 0 and tenure_days > first_value_days then tenure_days
        end as days_to_first_value,
        case
            when onboarding_tenure_days <= onboarding_days then 1
            when onboarding_tenure_days is not null then 0
            when onboarding_completes_known > 0 and tenure_days > onboarding_days then 0
        end as is_onboarded_in_time,
        case
            when integration_lives_known > 0 and tenure_days > integration_days
                then integrations_in_time
        end as integrations_in_time,
        case
            when active_users_28d >= active_users_goal then 1
            when active_users_28d is not null then 0
        end as has_active_users_goal
    from placed
),

final as (
    {#- what nobody writes down for the account is unknown, not late and not none -#}
    {{ metrics_as_of('value', 'measured', absence_known={
        'goals_achieved_share': 'measured.goals_known > 0',
        'use_cases_live': 'measured.milestones_known > 0',
        'milestones_reached_share': 'measured.milestones_known > 0',
        'days_to_first_value': 'measured.first_values_known > 0',
        'is_onboarded_in_time': 'measured.onboarding_completes_known > 0',
        'integrations_in_time': 'measured.integration_lives_known > 0',
        'api_calls_28d': 'measured.has_api_calls',
        'api_error_rate_28d': 'measured.has_api_calls',
        'listings_28d': 'measured.has_listings',
        'listing_fill_rate_28d': 'measured.has_listings',
        'search_success_rate_28d': 'measured.has_searches',
        'orders_28d': 'measured.has_orders',
        'dispute_rate_28d': 'measured.has_orders',
    }) }}
)

select * from final
