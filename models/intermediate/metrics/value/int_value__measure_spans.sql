with measures as (
    select * from {{ ref('stg_product__measures') }}
),

final as (
    {% for measure in [
        'api_calls', 'api_errors', 'api_latency_ms', 'listings', 'listings_filled', 'searches',
        'successful_searches', 'orders', 'disputes',
    ] -%}
        -- a number beyond 10^12 is no measurement, and decimals have no room for its sum
        select
            {{ span(
                measure ~ '_28d', 'known_date', add_days('measured_date', 28),
                'least(measured_value, 1000000000000)', is_money=true
            ) | indent(8) }}
        from measures
        where measure = '{{ measure }}'
        union all
    {% endfor -%}
    select
        {{ span(
            'latencies_28d', 'known_date', add_days('measured_date', 28), is_money=true
        ) | indent(4) }}
    from measures
    where measure = 'api_latency_ms'
    -- an account has a side of the business from its first row on
    {% for measure in ['api_calls', 'listings', 'searches', 'orders'] -%}
        union all
        select
            {{ span(measure ~ '_known', 'min(known_date)', is_money=true) | indent(8) }}
        from measures
        where measure = '{{ measure }}'
        group by account_id
    {% endfor -%}
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
