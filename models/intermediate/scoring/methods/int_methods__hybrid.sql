{#- Rules for known risks over the weighted mean of another scorecard: where a rule holds, the
    score is at most its cap, or at least its floor; a cap prevails over a floor. What a rule
    could do whose metric is unknown shows in the range alone. -#}
{% set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>'} %}
{% set rules = policy_rows('scoring_rules') | selectattr('result', 'in', ['cap', 'floor']) | list %}
{% set results = [('cap', 'least', 100), ('floor', 'greatest', 0)] %}
{#- where a limit holds for sure, and where it may -#}
{% set cases = {'known': 'V S N', 'possible': 'V S N or (V is null and V__counts)'} %}

with scorecards as (
    select * from {{ ref('scorecards') }}
    where role <> 'off' and method = 'hybrid'
),

signals as (
    select * from {{ ref('int_methods__signals') }}
),

means as (
    select * from {{ ref('int_methods__weighted_mean') }}
),

limits as (
    {% for scorecard in rules | map(attribute='scorecard') | unique %}
        select
            '{{ scorecard }}' as scorecard,
            account_id,
            as_of_date,
            {% for result, function, unlimited in results %}
                {% for certainty, term in cases.items() %}
                    {{ function }}(
                        {% for rule in rules
                            if rule.scorecard == scorecard and rule.result == result %}
                            {% set holds = term | replace('V', rule.metric)
                                | replace('S', signs[rule.comparison]) | replace('N', rule.value) %}
                            case when {{ holds }} then {{ rule.score }} else {{ unlimited }} end,
                        {% endfor %}
                        {{ unlimited }}, {{ unlimited }}
                    ) as {{ certainty }}_{{ result }},
                {% endfor %}
            {% endfor %}
            true as has_rules
        from signals
        where '{{ scorecard }}' in (select scorecards.scorecard from scorecards)
        union all
    {% endfor %}
    -- a policy may have no such rules
    select
        cast(null as varchar) as scorecard,
        account_id,
        as_of_date,
        {% for result in ['cap', 'floor'] %}
            {% for certainty in cases %}
                0 as {{ certainty }}_{{ result }},
            {% endfor %}
        {% endfor %}
        false as has_rules
    from signals
    where false
),

final as (
    select
        limits.scorecard,
        limits.account_id,
        limits.as_of_date,
        case
            when means.score is not null
                then least(greatest(means.score, limits.known_floor), limits.known_cap)
        end as score,
        case
            when means.score is not null
                then least(greatest(means.score_low, limits.known_floor), limits.possible_cap)
        end as score_low,
        case
            when means.score is not null
                then least(greatest(means.score_high, limits.possible_floor), limits.known_cap)
        end as score_high
    from limits
    inner join scorecards on limits.scorecard = scorecards.scorecard
    inner join means
        on
            scorecards.starts_from = means.scorecard
            and limits.account_id = means.account_id
            and limits.as_of_date = means.as_of_date
)

select * from final
