with base as (
    select * from {{ ref('base_product__events') }}
),

raw_events as (
    {{ raw_rows('product', 'events', matched=true) }}
),

uncontested as (
    select * from raw_events
    where event_id is not null and event_id not in (select base.row_key from base)
),

chosen as (
    select * from base
    where quarantine_reason is null
),

final as (
    {% for accepted in ['uncontested', 'chosen'] %}
        select
            event_id,
            account_id,
            user_id,
            event_name,
            occurred_at,
            known_at,
            {{ known_date('known_at', 'occurred_at') }} as known_date
        from {{ accepted }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
