{#- On a weekly grid the last row before that many days counts, as for the changes of a score. -#}
{% set changes_days = [30, 90] %}

with account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

policy as (
    select * from {{ ref('metrics') }}
    where weight > 0
),

past_days as (
    {% for days in changes_days %}
        select
            account_days.account_id,
            {{ days }} as days_ago,
            max(account_days.as_of_date) as past_date
        from account_days
        cross join clock
        where
            account_days.as_of_date
            between {{ add_days('clock.as_of_date', -days - 6) }}
            and {{ add_days('clock.as_of_date', -days) }}
        group by account_days.account_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

{% for dimension in dimensions() -%}
    {{ dimension }} as (
        select
            metrics.account_id,
            policy.metric,
            past_days.days_ago,
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
            max(case when days_ago = {{ days }} then metric_value end)
                as value_{{ days }}d_ago{% if not loop.last %},{% endif %}
        {% endfor %}
    from past_values
    group by account_id, metric
)

select * from final
