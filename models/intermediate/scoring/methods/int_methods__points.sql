{#- Points for behaviours and attributes by the rules of the policy: of a metric's rules that
    hold the one with most points counts. What is unknown gives none and leaves the maximum, so
    that it neither costs nor gains; the range says what it could have made of the score. -#}
{% set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>'} %}
{% set rules = policy_rows('scoring_rules') | selectattr('result', 'eq', 'points') | list %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method = 'points'
),

signals as (
    select * from {{ ref('int_methods__signals') }}
),

summed as (
    {% for scorecard in rules | map(attribute='scorecard') | unique %}
        {% set own = rules | selectattr('scorecard', 'eq', scorecard) | groupby('metric') %}
        select
            '{{ scorecard }}' as scorecard,
            account_id,
            as_of_date,
            0
            {% for metric, of_metric in own -%}
                + case
                    {% for rule in of_metric | sort(attribute='score', reverse=true) -%}
                        when {{ metric }} {{ signs[rule.comparison] }} {{ rule.value }}
                            then {{ rule.score }}
                    {% endfor %}
                    else 0
                end
            {% endfor %} as points,
            {% for figure, term in {
                'known': 'V is not null', 'applicable': 'V__counts', 'connected': 'V__is_connected'
            }.items() %}
                0
                {% for metric, of_metric in own -%}
                    {% set most = of_metric | map(attribute='score') | max -%}
                    + case when {{ term | replace('V', metric) }} then {{ most }} else 0 end
                {% endfor %} as {{ figure }}_weight,
            {% endfor %}
            0
            {%- for metric, of_metric in own %} + {{ of_metric | map(attribute='score') | max }}
            {%- endfor %} as whole_weight
        from signals
        where '{{ scorecard }}' in (select scorecards.scorecard from scorecards)
        union all
    {% endfor %}
    -- a policy may have no such rules
    select
        cast(null as varchar) as scorecard,
        account_id,
        as_of_date,
        0 as points,
        0 as known_weight,
        0 as applicable_weight,
        0 as connected_weight,
        0 as whole_weight
    from signals
    where false
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        100.0 * points / nullif(known_weight, 0) as score,
        case when known_weight > 0 then 100.0 * points / applicable_weight end as score_low,
        case
            when known_weight > 0
                then 100.0 * (points + applicable_weight - known_weight) / applicable_weight
        end as score_high,
        points,
        known_weight,
        applicable_weight,
        connected_weight,
        whole_weight
    from summed
)

select * from final
