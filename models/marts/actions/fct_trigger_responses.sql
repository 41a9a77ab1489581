{#- What was done about each trigger: the first play and the first touch after it. One whose cause
    went away before anybody acted is resolved. -#}
{#- Facts whose conditions end only if something happens. Changes and momentum pass with the days
    that they compare, and days in a band only grow. -#}
{% set numbers = [
    'health_score', 'churn_probability_90d', 'expected_arr_loss_90d', 'arr', 'days_to_renewal',
    'open_p1_tickets', 'overdue_invoices',
] %}
{#- by critical fact: whose metrics have it, and the feed without which none is not known -#}
{% set critical_facts = {
    'open_p1_tickets': ('support', 'support_priorities'),
    'overdue_invoices': ('financial', 'billing_payments'),
} %}
{% set words = ['band', 'segment', 'lifecycle_stage'] %}
{% set fired_words = ['band'] %}
{% set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>'} %}
{#- on a weekly grid the last Sunday in time -#}
{% set grid_days = 7 if var('history_grain') == 'week' else 1 %}

with triggers as (
    select * from {{ ref('fct_playbook_triggers') }}
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

plays as (
    select * from {{ ref('int_facts__play_runs') }}
),

touches as (
    select * from {{ ref('int_facts__touches') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

conditions as (
    select
        trigger,
        fact,
        comparison,
        case when comparison = 'is' then value end as word,
        case when comparison <> 'is' then cast(value as double) end as limit_value
    from {{ ref('trigger_conditions') }}
    -- a renewal comes nearer by itself, and its day passes
    where not (fact = 'days_to_renewal' and comparison in ('at_least', 'above'))
),

account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and band <> 'insufficient data'
),

churn_risk as (
    select * from {{ ref('fct_churn_risk') }}
),

critical_days as (
    select * from {{ ref('int_events__critical_days') }}
),

support as (
    select * from {{ ref('int_support__metrics') }}
),

financial as (
    select * from {{ ref('int_financial__metrics') }}
),

feeds as (
    select * from {{ ref('int_feeds__connected') }}
),

timed as (
    select
        triggers.*,
        {{ add_days('triggers.as_of_date', 'playbooks.due_days') }} as due_date,
        {{ add_days('triggers.as_of_date', 'thresholds.trigger_response_days') }} as last_date,
        {{ add_days(
            'triggers.as_of_date',
            'thresholds.trigger_response_days - mod(thresholds.trigger_response_days, '
            ~ grid_days ~ ')'
        ) }} as last_judged_date
    from triggers
    inner join playbooks on triggers.playbook = playbooks.playbook
    cross join thresholds
),

-- does the cause still hold: today or, once the time is over, on its last day
awaited as (
    select
        timed.*,
        least(timed.last_judged_date, clock.as_of_date) as judged_date
    from timed
    cross join clock
),

states as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        {% for fact in numbers + fired_words %}
            awaited.{{ fact }} as fired_{{ fact }},
        {% endfor %}
        scores.health_score,
        scores.band,
        churn_risk.churn_probability_90d,
        churn_risk.expected_arr_loss_90d,
        account_days.arr,
        account_days.segment,
        account_days.lifecycle_stage,
        account_days.days_to_renewal,
        -- days without any have no row, and nor have those of a source that is no longer there
        {% for fact, (metrics, _) in critical_facts.items() %}
            coalesce(
                nullif(critical_days.{{ fact }}, 0),
                {{ metrics }}.{{ fact }},
                case when {{ fact }}_feed.feed is not null then 0 end
            ) as {{ fact }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from awaited
    inner join account_days
        on
            awaited.account_id = account_days.account_id
            and awaited.judged_date = account_days.as_of_date
    {% for relation in ['scores', 'churn_risk', 'critical_days', 'support', 'financial'] %}
        left join {{ relation }}
            on
                awaited.account_id = {{ relation }}.account_id
                and awaited.judged_date = {{ relation }}.as_of_date
    {% endfor %}
    {% for fact, (_, feed) in critical_facts.items() %}
        left join feeds as {{ fact }}_feed
            on
                {{ fact }}_feed.feed = '{{ feed }}'
                and awaited.judged_date >= {{ fact }}_feed.connected_from
    {% endfor %}
),

facts as (
    {% for fact in numbers + words %}
        select
            account_id,
            as_of_date,
            trigger,
            '{{ fact }}' as fact,
            {{ fact if fact in numbers else 'null' }} as number,
            {{ fact if fact in words else 'null' }} as word,
            {{ 'fired_' ~ fact if fact in numbers else 'null' }} as fired_number,
            {{ 'fired_' ~ fact if fact in fired_words else 'null' }} as fired_word
        from states
        where {{ fact }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- what is not known does not end anything; nor does a condition that came into the policy later,
-- if the day of the trigger did not meet it
resolved as (
    select distinct
        facts.account_id,
        facts.as_of_date,
        facts.trigger
    from facts
    inner join conditions
        on facts.trigger = conditions.trigger and facts.fact = conditions.fact
    where
        case conditions.comparison
            {% for comparison, sign in signs.items() %}
                when '{{ comparison }}'
                    then
                        not facts.number {{ sign }} conditions.limit_value
                        and coalesce(facts.fired_number {{ sign }} conditions.limit_value, true)
            {% endfor %}
            when 'is'
                then
                    facts.word <> conditions.word
                    and coalesce(facts.fired_word = conditions.word, true)
        end
),

played as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        plays.playbook as play_run,
        plays.started_date,
        plays.finished_date,
        plays.outcome,
        row_number() over (
            partition by awaited.account_id, awaited.as_of_date, awaited.trigger
            order by plays.started_at, plays.playbook_run_id
        ) as run_number
    from awaited
    inner join plays
        on
            awaited.account_id = plays.account_id
            and awaited.as_of_date <= plays.started_date
            and awaited.last_date >= plays.started_date
),

touched as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        min(touches.activity_date) as first_touch_date
    from awaited
    inner join touches
        on
            awaited.account_id = touches.account_id
            and awaited.as_of_date < touches.activity_date
            and awaited.last_date >= touches.activity_date
    group by awaited.account_id, awaited.as_of_date, awaited.trigger
),

final as (
    select
        awaited.account_id,
        awaited.as_of_date,
        awaited.trigger,
        awaited.playbook,
        awaited.csm_owner_id,
        awaited.due_date,
        played.play_run,
        played.started_date as play_started_date,
        played.finished_date as play_finished_date,
        played.outcome as play_outcome,
        touched.first_touch_date,
        {{ days_between(
            'awaited.as_of_date',
            'least(
                coalesce(played.started_date, touched.first_touch_date),
                coalesce(touched.first_touch_date, played.started_date)
            )'
        ) }} as days_to_response,
        case
            when awaited.is_held_out then 'held out'
            when played.finished_date is not null then 'done'
            when played.started_date is not null then 'play started'
            when touched.first_touch_date is not null then 'touched'
            when resolved.account_id is not null then 'resolved'
            when clock.as_of_date > awaited.last_date then 'missed'
            else 'open'
        end as response
    from awaited
    cross join clock
    left join played
        on
            awaited.account_id = played.account_id
            and awaited.as_of_date = played.as_of_date
            and awaited.trigger = played.trigger
            and played.run_number = 1
    left join touched
        on
            awaited.account_id = touched.account_id
            and awaited.as_of_date = touched.as_of_date
            and awaited.trigger = touched.trigger
    left join resolved
        on
            awaited.account_id = resolved.account_id
            and awaited.as_of_date = resolved.as_of_date
            and awaited.trigger = resolved.trigger
)

select * from final
