{{ config(materialized='incremental', incremental_strategy='window') }}

with spans as (
    select * from {{ ref('int_value__measure_spans') }}
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
    where
        {{ in_window('as_of_date') }}
        and account_id in (select spans.account_id from spans)
),

totals as (
    {{ span_totals(ref('int_value__measure_spans'), 'spine', [
        'api_calls_28d',
        'api_errors_28d',
        'api_latency_ms_28d',
        'latencies_28d',
        'listings_28d',
        'listings_filled_28d',
        'searches_28d',
        'successful_searches_28d',
        'orders_28d',
        'disputes_28d',
        'api_calls_known',
        'listings_known',
        'searches_known',
        'orders_known',
    ], is_money=true) }}
),

final as (
    select
        account_id,
        as_of_date,
        api_calls_known > 0 as has_api_calls,
        listings_known > 0 as has_listings,
        searches_known > 0 as has_searches,
        orders_known > 0 as has_orders,
        nullif(api_calls_28d, 0) as api_calls_28d,
        api_errors_28d / nullif(api_calls_28d, 0) as api_error_rate_28d,
        api_latency_ms_28d / nullif(latencies_28d, 0) as api_latency_ms_28d,
        nullif(listings_28d, 0) as listings_28d,
        listings_filled_28d / nullif(listings_28d, 0) as listing_fill_rate_28d,
        successful_searches_28d / nullif(searches_28d, 0) as search_success_rate_28d,
        nullif(orders_28d, 0) as orders_28d,
        disputes_28d / nullif(orders_28d, 0) as dispute_rate_28d
    from totals
)

select * from final
