{#- Events are reduced and not kept one by one, so they are not counted here; their users are. -#}
{% set uncounted = [('product', 'events'), ('product', 'features'), ('crm', 'accounts')] %}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

accepted as (
    {% for source_name, table_name in raw_tables() if (source_name, table_name) not in uncounted %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            matched_by,
            account_id
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where quarantine_reason is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        accepted.source_name,
        accepted.table_name,
        accepted.matched_by,
        count(*) as n_rows,
        count(distinct accepted.account_id) as n_accounts,
        clock.as_of_date
    from accepted
    cross join clock
    group by accepted.source_name, accepted.table_name, accepted.matched_by, clock.as_of_date
)

select * from final
