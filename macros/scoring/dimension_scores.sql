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

    with metrics as (
        select * from {{ ref('int_' ~ dimension ~ '__metrics') }}
        where {{ in_window('as_of_date') }}
    ),

    spine as (
        select * from {{ ref('int_spine__account_days') }}
        where {{ in_window('as_of_date') }}
    ),

    policy as (
        select
            *,
            sum(weight) over () as whole_weight,
            {{ struct_of(['weight', 'usable_from']) }} as rule
        from {{ ref('int_feeds__metrics') }}
        where dimension = '{{ dimension }}'
    ),

    -- one column for each metric
    rules as (
        select
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then rule end) as {{ metric }},
            {% endfor -%}
            max(whole_weight) as whole_weight
        from policy
    ),

    knots as (
        select
            curves.segment,
            curves.lifecycle_stage,
            curves.metric,
            {% for part, column in [('x', 'at_value'), ('y', 'score'), ('slope', 'slope')] -%}
            {% for knot in range(1, 6) -%}
            max(case when curves.knot = {{ knot }} then curves.{{ column }} end) as {{ part }}{{ knot }},
            {% endfor -%}
            {% endfor -%}
            count(*) as n_knots
        from {{ ref('int_policy__metric_curves') }} as curves
        inner join policy on curves.metric = policy.metric
        where policy.weight > 0
        group by 1, 2, 3
    ),

    drawn as (
        select
            segment,
            lifecycle_stage,
            metric,
            {{ struct_of(['x1', 'x2', 'x3', 'x4', 'x5', 'y1', 'y2', 'y3', 'y4', 'y5',
                'slope1', 'slope2', 'slope3', 'slope4']) }} as curve
        from knots
    ),

    -- one column for each metric
    curves as (
        select
            segment,
            lifecycle_stage,
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then curve end) as {{ metric }}
            {{- ',' if not loop.last }}
            {% endfor %}
        from drawn
        group by 1, 2
    ),

    -- beyond its last knot a curve is level
    scored as (
        select
            metrics.account_id,
            metrics.as_of_date,
            {{ ('metrics.' ~ metrics | join('__is_not_applicable, metrics.') ~ '__is_not_applicable,')
                | wordwrap(88) | indent(12) }}
            {% for metric in metrics -%}
            {% set value, curve = 'metrics.' ~ metric, 'curves.' ~ metric -%}
            case when {{ value }} >= {{ curve }}.x5 then {{ curve }}.y5
                {% for k in [4, 3, 2] -%}
                when {{ value }} >= {{ curve }}.x{{ k }}
                    then {{ curve }}.y{{ k }} + ({{ value }} - {{ curve }}.x{{ k }}) * {{ curve }}.slope{{ k }}
                {% endfor -%}
                when {{ value }} is not null
                    then {{ curve }}.y1 + greatest({{ value }} - {{ curve }}.x1, 0) * {{ curve }}.slope1
            end as {{ metric }}__score{{ ',' if not loop.last }}
            {% endfor %}
        from spine
        inner join metrics
            on spine.account_id = metrics.account_id and spine.as_of_date = metrics.as_of_date
        left join curves
            on spine.segment = curves.segment and spine.lifecycle_stage = curves.lifecycle_stage
    ),

    summed as (
        select
            scored.*,
            {% for part, term in [
                ('weighted_sum', 'case when {m}__score is not null then rules.{m}.weight * {m}__score else 0 end'),
                ('known_weight', 'case when {m}__score is not null then rules.{m}.weight else 0 end'),
                ('connected_weight', 'case when as_of_date >= rules.{m}.usable_from then rules.{m}.weight else 0 end'),
                ('not_applicable_weight', 'case when {m}__is_not_applicable then rules.{m}.weight else 0 end'),
            ] -%}
            {% for metric in metrics -%}
            {{ term | replace('{m}', metric) }}{{ ' +' if not loop.last }}
            {% endfor %} as {{ part }},
            {% endfor -%}
            rules.whole_weight
        from scored
        cross join rules
    ),

    final as (
        select
            account_id,
            as_of_date,
            {{ (metrics | join('__score, ') ~ '__score,') | wordwrap(88) | indent(12) }}
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
