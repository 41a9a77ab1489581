with horizon as (
    select data_end_date from {{ ref('stg_sources__horizon') }}
),

asked as (
    select
        {% if var('as_of_date') -%}
        cast('{{ var("as_of_date") }}' as date) as as_of_date
        {%- else -%}
        data_end_date as as_of_date
        {%- endif %}
    from horizon
),

final as (
    select
        {% if var('history_grain') == 'week' -%}
        -- the last Sunday: weeks end on Sunday
        {{ add_days('as_of_date', '-mod(' ~ day_number('as_of_date') ~ ' + 1, 7)') }} as as_of_date
        {%- else -%}
        as_of_date
        {%- endif %}
    from asked
)

select * from final
