{#- Red, amber, green by the rules of the policy. Red is tried first: any red rule that holds
    makes the account red. It is green if everything is known and all green rules hold, and
    amber otherwise. The range says what it could be, were the unknown known. -#}
{% set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>'} %}
{% set rules = policy_rows('scoring_rules') %}
{#- counts of rules (V for the metric's value, S for the sign, N for the number), and of metrics -#}
{% set of_rules = {'hold': 'V S N', 'fail': 'not (V S N)', 'unknown': 'V is null and V__counts'} %}
{% set of_metrics = {
    'known': 'V is not null', 'counting': 'V__counts', 'connected': 'V__is_connected'
} %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method = 'rules'
),

signals as (
    select * from {{ ref('int_methods__signals') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

counted as (
    {% for scorecard in rules | selectattr('result', 'in', ['red', 'green'])
        | map(attribute='scorecard') | unique %}
        {% set own = rules | selectattr('scorecard', 'eq', scorecard) | list %}
        select
            '{{ scorecard }}' as scorecard,
            account_id,
            as_of_date,
            {% for result in ['red', 'green'] %}
                {% for figure, term in of_rules.items() %}
                    0
                    {% for rule in own if rule.result == result %}
                        {% set holds = term | replace('V', rule.metric)
                            | replace('S', signs[rule.comparison]) | replace('N', rule.value) %}
                        + case when {{ holds }} then 1 else 0 end
                    {% endfor %} as {{ result }}_{{ figure }},
                {% endfor %}
            {% endfor %}
            {% for figure, term in of_metrics.items() %}
                0
                {% for metric in own | map(attribute='metric') | unique %}
                    + case when {{ term | replace('V', metric) }} then 1 else 0 end
                {% endfor %} as metrics_{{ figure }},
            {% endfor %}
            {{ own | map(attribute='metric') | unique | list | length }} as metrics_in_all
        from signals
        where '{{ scorecard }}' in (select scorecards.scorecard from scorecards)
        union all
    {% endfor %}
    -- a policy may have no such rules
    select
        cast(null as varchar) as scorecard,
        account_id,
        as_of_date,
        {% for figure in of_rules %}
            0 as red_{{ figure }},
            0 as green_{{ figure }},
        {% endfor %}
        {% for figure in of_metrics %}
            0 as metrics_{{ figure }},
        {% endfor %}
        0 as metrics_in_all
    from signals
    where false
),

coloured as (
    select
        counted.*,
        case
            when counted.red_hold > 0 then thresholds.red_score
            when counted.red_unknown + counted.green_unknown + counted.green_fail > 0
                then thresholds.amber_score
            when counted.green_hold > 0 then thresholds.green_score
            else thresholds.amber_score
        end as score,
        case
            when counted.red_hold + counted.red_unknown > 0 then thresholds.red_score
            else thresholds.amber_score
        end as worst_score,
        case
            when counted.red_hold > 0 then thresholds.red_score
            when counted.green_fail = 0 and counted.green_hold + counted.green_unknown > 0
                then thresholds.green_score
            else thresholds.amber_score
        end as best_score
    from counted
    cross join thresholds
),

final as (
    select
        scorecard,
        account_id,
        as_of_date,
        case when metrics_known > 0 then score end as score,
        case
            when metrics_known = 0 then null
            when red_unknown + green_unknown > 0 then worst_score
            else score
        end as score_low,
        case when metrics_known > 0 then best_score end as score_high,
        metrics_known as known_weight,
        metrics_counting as applicable_weight,
        metrics_connected as connected_weight,
        metrics_in_all as whole_weight
    from coloured
)

select * from final
