{% macro metrics_as_of(dimension, measured, is_reachable='true', computable={}) -%}
    {#- The metrics of a dimension as published: unknown (null) until their feed has been connected,
        and the account a customer, for the policy's warm_up_days; after that a metric for which nothing was measured (null) is 0 or unknown, as the policy's
        when_absent says.
        measured: relation with account_id, as_of_date and every metric of the dimension.
        is_reachable: condition on it; where false, the source does not know the account, and every
        metric is unknown, never zero.
        computable: {metric: condition on it}; where false, that metric is unknown, never zero. -#}
    {%- set metrics = metrics_by_dimension()[dimension] -%}
    select
        measured.account_id,
        measured.as_of_date,
        {% for metric in metrics -%}
        case
            when
                {{ is_reachable }}
                and {{ computable.get(metric, 'true') }}
                and measured.as_of_date >= rules.{{ metric }}__usable_from
                and coalesce(spine.tenure_days, 0) >= rules.{{ metric }}__warm_up_days
                then coalesce(
                    cast(measured.{{ metric }} as double), rules.{{ metric }}__absent_value
                )
        end as {{ metric }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ measured }} as measured
    inner join {{ ref('int_spine__account_days') }} as spine
        on measured.account_id = spine.account_id and measured.as_of_date = spine.as_of_date
            and {{ in_window('spine.as_of_date') }}
    cross join (
        select
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then usable_from end)
                as {{ metric }}__usable_from,
            coalesce(max(case when metric = '{{ metric }}' then warm_up_days end), 0)
                as {{ metric }}__warm_up_days,
            max(case when metric = '{{ metric }}' and is_zero_when_absent then 0.0 end)
                as {{ metric }}__absent_value{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref('int_policy__metrics') }}
        where dimension = '{{ dimension }}'
    ) as rules
{%- endmacro %}
