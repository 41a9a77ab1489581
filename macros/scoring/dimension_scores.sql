{% macro dimension_scores(dimension) -%}
    {#- A dimension's metric scores and score, one row per account and date of the build's window:
          <metric>__score        0-100 by the policy's curve for the segment and lifecycle stage;
                                 null if the metric is unknown or has no weight
          <dimension>_score      mean of the known metric scores, weighted; null if none is known
          <dimension>_coverage   share (0-1) of the metrics' weight that is known for the account
          <dimension>_connected  share (0-1) of the metrics' weight whose feed is connected and warm by
                                 then; 0 where none of it applies to the account
        The weight of what is not applicable to an account passes to the rest of what is connected, so
        that it lowers neither the coverage nor the dimension's place in the health score. -#}
    {%- set metrics = metrics_by_dimension()[dimension] -%}
    {%- set knots = range(1, 6) -%}

    with metrics as (
        select * from {{ ref('int_' ~ dimension ~ '__metrics') }}
        where {{ in_window('as_of_date') }}
    ),

    spine as (
        select
            account_id,
            as_of_date,
            segment,
            lifecycle_stage
        from {{ ref('int_spine__account_days') }}
        where {{ in_window('as_of_date') }}
    ),

    policy as (
        select
            *,
            sum(weight) over () as whole_weight
        from {{ ref('int_feeds__metrics') }}
        where dimension = '{{ dimension }}'
    ),

    weights as (
        select
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then weight end) as {{ metric }}__weight,
            max(case when metric = '{{ metric }}' then usable_from end)
                as {{ metric }}__usable_from,
            {% endfor -%}
            max(whole_weight) as whole_weight
        from policy
    ),

    curves as (
        select
            curves.segment,
            curves.lifecycle_stage,
            {% for metric in metrics -%}
            {% for knot in knots -%}
            {% for part, column in [('x', 'at_value'), ('y', 'score'), ('slope', 'slope')] -%}
            max(case when curves.metric = '{{ metric }}' and curves.knot = {{ knot }} then curves.{{ column }} end)
                as {{ metric }}__{{ part }}{{ knot }},
            {% endfor -%}
            {% endfor -%}
            {% endfor -%}
            count(*) as n_knots
        from {{ ref('int_policy__metric_curves') }} as curves
        inner join policy on curves.metric = policy.metric
        where policy.weight > 0
        group by curves.segment, curves.lifecycle_stage
    ),

    scored as (
        select
            spine.account_id,
            spine.as_of_date,
            {% for metric in metrics -%}
            metrics.{{ metric }}__is_not_applicable,
            {% endfor -%}
            {% for metric in metrics -%}
            {% set value = 'metrics.' ~ metric -%}
            case
                {% for knot in knots | reverse -%}
                {% if not loop.last -%}
                when {{ value }} >= curves.{{ metric }}__x{{ knot }}
                    then curves.{{ metric }}__y{{ knot }}
                        + ({{ value }} - curves.{{ metric }}__x{{ knot }}) * curves.{{ metric }}__slope{{ knot }}
                {% else -%}
                when {{ value }} is not null
                    then curves.{{ metric }}__y1
                        + greatest({{ value }} - curves.{{ metric }}__x1, 0) * curves.{{ metric }}__slope1
                {%- endif %}
                {% endfor %}
            end as {{ metric }}__score{{ ',' if not loop.last }}
            {% endfor %}
        from spine
        inner join metrics
            on spine.account_id = metrics.account_id and spine.as_of_date = metrics.as_of_date
        left join curves
            on
                spine.segment = curves.segment
                and spine.lifecycle_stage = curves.lifecycle_stage
    ),

    summed as (
        select
            scored.*,
            {% for part, term in [
                ('weighted_sum', 'weights.{m}__weight * scored.{m}__score'),
                ('known_weight', 'weights.{m}__weight'),
            ] -%}
            {% for metric in metrics -%}
            case when scored.{{ metric }}__score is not null then {{ term | replace('{m}', metric) }} else 0 end
            {{- ' +' if not loop.last }}
            {% endfor %} as {{ part }},
            {% endfor -%}
            {% for part, condition in [
                ('connected_weight', 'scored.as_of_date >= weights.{m}__usable_from'),
                ('not_applicable_weight', 'scored.{m}__is_not_applicable'),
            ] -%}
            {% for metric in metrics -%}
            case when {{ condition | replace('{m}', metric) }} then weights.{{ metric }}__weight else 0 end
            {{- ' +' if not loop.last }}
            {% endfor %} as {{ part }},
            {% endfor -%}
            weights.whole_weight
        from scored
        cross join weights
    ),

    final as (
        select
            account_id,
            as_of_date,
            {% for metric in metrics -%}
            {{ metric }}__score,
            {% endfor -%}
            weighted_sum / nullif(known_weight, 0) as {{ dimension }}_score,
            coalesce(
                known_weight / nullif(connected_weight - not_applicable_weight, 0)
                * connected_weight / nullif(whole_weight, 0),
                0
            ) as {{ dimension }}_coverage,
            coalesce(connected_weight / nullif(whole_weight, 0), 0) as {{ dimension }}_connected,
            connected_weight > 0 and connected_weight <= not_applicable_weight
                as {{ dimension }}_is_not_applicable
        from summed
    )

    select * from final
{%- endmacro %}
