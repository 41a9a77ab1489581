{% set changes_days = var('changes_days') %}

with past_days as (
    select * from {{ ref('int_scoring__past_days') }}
),

policy as (
    select * from {{ ref('metrics') }}
    where weight > 0
),

{% for dimension in dimensions() -%}
    {{ dimension }} as (
        select
            metrics.account_id,
            policy.metric,
            past_days.change_days,
            case policy.metric
                {% for metric in metrics_of(dimension) -%}
                    when '{{ metric }}' then metrics.{{ metric }}
                {% endfor -%}
            end as metric_value
        from {{ ref('int_' ~ dimension ~ '__metrics') }} as metrics
        inner join past_days
            on
                metrics.account_id = past_days.account_id
                and metrics.as_of_date = past_days.past_date
        inner join policy on policy.dimension = '{{ dimension }}'
    ),

{% endfor -%}
past_values as (
    {% for dimension in dimensions() -%}
        select * from {{ dimension }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

final as (
    select
        account_id,
        metric,
        {% for days in changes_days %}
            max(case when change_days = {{ days }} then metric_value end)
                as value_{{ days }}d_ago{% if not loop.last %},{% endif %}
        {% endfor %}
    from past_values
    group by account_id, metric
)

select * from final
