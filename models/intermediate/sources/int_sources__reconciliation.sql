with counted as (
    {% for source_name, table_name in raw_tables() %}
        {% set table = raw_table(source_name, table_name) %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            {{ '(select count(*) from ' ~ table.sql ~ ')' if table else 'cast(0 as bigint)' }}
                as n_raw,
            (
                select count(*) from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}
            ) as n_accepted,
            (
                select count(*)
                from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
                where quarantine_reason is not null
            ) as n_quarantined
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        source_name,
        table_name,
        n_raw,
        n_accepted,
        n_quarantined
    from counted
)

select * from final
