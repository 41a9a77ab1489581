{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

usage as (
    select * from {{ ref('int_usage__metrics') }}
    where {{ in_window('as_of_date') }}
),

desk as (
    select min(known_date) as lists_from from {{ ref('stg_support__organizations') }}
),

totals as (
    {{ span_totals(ref('int_support__spans'), 'spine', [
        'support_organizations',
        'tickets_90d',
        'prioritised_tickets_90d',
        'severe_tickets_90d',
        'open_tickets',
        'open_p1_tickets',
        'open_p2_tickets',
        'resolution_hours_90d',
        'resolutions_90d',
        'first_response_hours_90d',
        'first_responses_90d',
        'reopened_90d',
        'escalated_90d',
        'csat_sum',
        'csat_answers',
    ]) }}
),

measured as (
    select
        totals.account_id,
        totals.as_of_date,
        -- where the desk lists its organisations, it does not know an account that is not listed
        coalesce(desk.lists_from > totals.as_of_date, true)
        or totals.support_organizations > 0 as is_reachable,
        nullif(usage.active_users_28d, 0) is not null or spine.seats > 0 as has_users,
        totals.tickets_90d,
        totals.prioritised_tickets_90d,
        totals.resolutions_90d,
        100 * nullif(totals.tickets_90d, 0)
        / coalesce(nullif(usage.active_users_28d, 0), nullif(spine.seats, 0))
            as tickets_per_100_users_90d,
        nullif(totals.open_tickets, 0) as open_tickets,
        nullif(totals.open_p1_tickets, 0) as open_p1_tickets,
        nullif(totals.open_p2_tickets, 0) as open_p2_tickets,
        totals.severe_tickets_90d / nullif(totals.prioritised_tickets_90d, 0)
            as severe_ticket_share_90d,
        totals.resolution_hours_90d / nullif(totals.resolutions_90d, 0)
            as avg_resolution_hours_90d,
        totals.first_response_hours_90d / nullif(totals.first_responses_90d, 0)
            as avg_first_response_hours_90d,
        totals.reopened_90d / nullif(totals.tickets_90d, 0) as reopen_rate_90d,
        nullif(totals.escalated_90d, 0) as escalations_90d,
        totals.csat_sum / nullif(totals.csat_answers, 0) as csat_after_resolution_90d
    from spine
    inner join totals
        on spine.account_id = totals.account_id and spine.as_of_date = totals.as_of_date
    inner join usage
        on spine.account_id = usage.account_id and spine.as_of_date = usage.as_of_date
    cross join desk
),

final as (
    {#- tickets of which none has a priority do not say that none is severe -#}
    {% set priorities_known = 'measured.tickets_90d = 0 or measured.prioritised_tickets_90d > 0' %}
    {{ metrics_as_of(
        'support', 'measured',
        is_reachable='measured.is_reachable',
        absence_known={
            'tickets_per_100_users_90d': 'measured.has_users',
            'open_p1_tickets': priorities_known,
            'open_p2_tickets': priorities_known,
            'severe_ticket_share_90d': 'measured.tickets_90d = 0',
            'avg_first_response_hours_90d': 'measured.resolutions_90d = 0',
            'csat_after_resolution_90d': 'measured.resolutions_90d = 0',
        }
    ) }}
)

select * from final
