{% macro dimension_scores(dimension) -%}
    {%- set metrics, knots = metrics_of(dimension), struct_of(['k1', 'k2', 'k3', 'k4', 'k5']) -%}

    with metrics as (
        select * from {{ ref('int_' ~ dimension ~ '__metrics') }}
        where {{ in_window('as_of_date') }}
    ),

    spine as (
        select * from {{ ref('int_spine__account_days') }}
        where {{ in_window('as_of_date') }}
    ),

    policy as (
        select * from {{ ref('int_feeds__metrics') }}
        where dimension = '{{ dimension }}'
    ),

    -- one column for each metric
    rules as (
        select
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then {{ struct_of(['weight', 'usable_from']) }} end) as {{ metric }},
            {% endfor -%}
            sum(weight) as whole_weight
        from policy
    ),

    knots as (
        select
            curves.segment,
            curves.lifecycle_stage,
            curves.metric,
            {% for k in range(1, 6) -%}
            max(case when knot = {{ k }} then {{ struct_of(['at_value', 'score', 'slope']) }} end) as k{{ k }},
            {% endfor -%}
            count(*) as n_knots
        from {{ ref('int_policy__metric_curves') }} as curves
        inner join policy on curves.metric = policy.metric
        where policy.weight > 0
        group by 1, 2, 3
    ),

    -- one column for each metric
    curves as (
        select
            {% for metric in metrics -%}
            max(case when metric = '{{ metric }}' then {{ knots }} end) as {{ metric }},
            {% endfor -%}
            segment,
            lifecycle_stage
        from knots
        group by segment, lifecycle_stage
    ),

    -- beyond its last knot a curve is level
    scored as (
        select
            metrics.*,
            {% for metric in metrics -%}
            {% set value, curve = 'metrics.' ~ metric, 'curves.' ~ metric -%}
            case when {{ value }} >= {{ curve }}.k5.at_value then {{ curve }}.k5.score
                {% for k in ['k4', 'k3', 'k2'] -%}
                {% set knot = curve ~ '.' ~ k -%}
                when {{ value }} >= {{ knot }}.at_value
                    then {{ knot }}.score + ({{ value }} - {{ knot }}.at_value) * {{ knot }}.slope
                {% endfor -%}
                when {{ value }} is not null
                    then {{ curve }}.k1.score
                    + greatest({{ value }} - {{ curve }}.k1.at_value, 0) * {{ curve }}.k1.slope
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
