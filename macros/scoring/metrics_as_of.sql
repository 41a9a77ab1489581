{% macro metrics_as_of(dimension, measured, is_reachable='true', absence_known={}) -%}
    {%- set metrics = metrics_of(dimension) -%}
    {%- set rule = struct_of(
        ['usable_from', 'warm_up_days', 'is_zero_when_absent', 'is_not_applicable_when_absent']
    ) -%}
    select
        account_id,
        as_of_date,
        {% for metric in metrics -%}
        case when {{ metric }}__is_settled then coalesce({{ metric }}, {{ metric }}__absent) end as {{ metric }},
        coalesce({{ metric }}__is_settled and {{ metric }}__leaves and {{ metric }} is null, false)
            as {{ metric }}__is_not_applicable{{ ',' if not loop.last }}
        {% endfor %}
    from (
        select
            measured.account_id,
            measured.as_of_date,
            {% for metric in metrics -%}
            {% set known = absence_known.get(metric, 'true') -%}
            cast(measured.{{ metric }} as double) as {{ metric }},
            {{ is_reachable }} and measured.as_of_date >= rules.{{ metric }}.usable_from
            and coalesce(spine.tenure_days, 0) >= coalesce(rules.{{ metric }}.warm_up_days, 0)
                as {{ metric }}__is_settled,
            case when ({{ known }}) and rules.{{ metric }}.is_zero_when_absent then 0.0 end as {{ metric }}__absent,
            ({{ known }}) and rules.{{ metric }}.is_not_applicable_when_absent as {{ metric }}__leaves
            {{- ',' if not loop.last }}
            {% endfor %}
        from {{ measured }} as measured
        inner join {{ ref('int_spine__account_days') }} as spine
            on measured.account_id = spine.account_id and measured.as_of_date = spine.as_of_date
                and {{ in_window('spine.as_of_date') }}
        cross join (
            select
                {% for metric in metrics -%}
                max(case when metric = '{{ metric }}' then {{ rule }} end) as {{ metric }}{{ ',' if not loop.last }}
                {% endfor %}
            from {{ ref('int_feeds__metrics') }}
            where dimension = '{{ dimension }}'
        ) as rules
    ) as judged
{%- endmacro %}
