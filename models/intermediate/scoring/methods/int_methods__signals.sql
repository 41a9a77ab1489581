{#- The metrics that scorecards without weights go by, for every account and day: of each its
    value and whether it counts: it is connected by then, and applies to the account. Empty
    unless one of those scorecards is scored. -#}
{% set named = policy_rows('scoring_rules') | map(attribute='metric') | list
    + ['active_seat_share_28d', 'days_since_last_activity', 'open_tickets'] %}

with scorecards as (
    select count(*) as n_scored
    from {{ ref('scorecards') }}
    where role <> 'off' and method in ('rules', 'points', 'baseline', 'hybrid')
),

spine as (
    select account_days.*
    from {{ ref('int_spine__account_days') }} as account_days
    inner join scorecards on scorecards.n_scored > 0
    where {{ in_window('account_days.as_of_date') }}
),

feeds as (
    select * from {{ ref('int_feeds__metrics') }}
),

usable as (
    select
        {% for metric in named | unique %}
            max(case when metric = '{{ metric }}' then usable_from end) as {{ metric }},
        {% endfor %}
        count(*) as n_metrics
    from feeds
),

{% for dimension in dimensions() -%}
    {{ dimension }} as (
        select * from {{ ref('int_' ~ dimension ~ '__metrics') }}
        where {{ in_window('as_of_date') }}
    ),

{% endfor -%}
final as (
    select
        {% for dimension in dimensions() -%}
            {% for metric in metrics_of(dimension) if metric in named -%}
                {{ dimension }}.{{ metric }},
                coalesce(spine.as_of_date >= usable.{{ metric }}, false)
                    as {{ metric }}__is_connected,
                coalesce(
                    spine.as_of_date >= usable.{{ metric }}
                    and not {{ dimension }}.{{ metric }}__is_not_applicable, false
                ) as {{ metric }}__counts,
            {% endfor -%}
        {% endfor -%}
        spine.account_id,
        spine.as_of_date
    from spine
    cross join usable
    {% for dimension in dimensions()
        if metrics_of(dimension) | select('in', named) | list or not execute -%}
        inner join {{ dimension }}
            on
                spine.account_id = {{ dimension }}.account_id
                and spine.as_of_date = {{ dimension }}.as_of_date
    {% endfor -%}
)

select * from final
