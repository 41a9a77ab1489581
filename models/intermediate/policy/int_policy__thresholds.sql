{#- Each row of the seed is a column here. dbt asks for the names only when it compiles. -#}
{% set names = policy_rows('thresholds') | map('first') | list if execute else [] %}

with thresholds as (
    select * from {{ ref('thresholds') }}
),

final as (
    select
        {% for name in names %}
            max(case when threshold = '{{ name }}' then value end)
                as {{ name }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from thresholds
)

select * from final
