{{ config(
    materialized='incremental',
    incremental_strategy='window',
    on_schema_change='append_new_columns',
    full_refresh=var('restate_history'),
    meta={'is_published': true},
) }}
{#- A trigger is an event: it fires on the day on which all of its conditions have become true, and
    not again until they were false in between and its cooldown is over. One that is instant is
    judged on every day of a customer, others on days that are scored; what went out between two
    builds (operations.instant_triggers) stays. -#}
{% set goes_on_from = published_before() %}
{% set triggers = policy_rows('triggers') %}
{% set conditions = policy_rows('trigger_conditions') %}
{% set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>', 'is': '='} %}
{#- facts that sentences show otherwise than they are: in words, as a percentage, without a sign #}
{% set shown_facts = {
    'band': "replace({fact}, '_', ' ')",
    'churn_probability_90d': "cast(cast(round(100 * {fact}) as integer) as varchar) || ' %'",
    'change_30d': 'cast(abs({fact}) as varchar)',
    'change_90d': 'cast(abs({fact}) as varchar)',
    'open_p1_tickets': 'cast(cast({fact} as integer) as varchar)',
    'overdue_invoices': 'cast(cast({fact} as integer) as varchar)',
} %}
{#- by trigger: its condition, and its sentence, where a {fact} stands for its value of the day -#}
{% set is_met, sentences = {}, {} -%}
{% for trigger in triggers -%}
    {% set terms = ['true'] -%}
    {% for row in conditions if row.trigger == trigger.trigger -%}
        {% set value = "'" ~ row.value | replace("'", "''") ~ "'" if row.comparison == 'is'
            else row.value -%}
        {% do terms.append(row.fact ~ ' ' ~ signs[row.comparison] ~ ' ' ~ value) -%}
    {% endfor -%}
    {% set sentence = namespace(sql="'" ~ trigger.sentence | replace("'", "''") ~ "'") -%}
    {% for fact in modules.re.findall('{(.*?)}', trigger.sentence) -%}
        {% set text = shown_facts.get(fact, 'cast({fact} as varchar)')
            | replace('{fact}', 'compared.' ~ fact) -%}
        {% set sentence.sql = sentence.sql
            | replace('{' ~ fact ~ '}', "' || coalesce(" ~ text ~ ", 'unknown') || '") -%}
    {% endfor -%}
    {% do is_met.update({trigger.trigger: terms | join(' and ')}) -%}
    {% do sentences.update({trigger.trigger: sentence.sql}) -%}
{% endfor %}
{#- a day is compared with the one before it, on a weekly grid with last week's -#}
{% set days_before = 7 %}
{% set told = load_relation(relation_of('instant_triggers')) if goes_on_from != all_days() %}
{#- A number from 0 to 1 of five digits of a hash, by which chance holds triggers out. -#}
{% set digits = [] %}
{% for place in range(1, 6) %}
    {% do digits.append(
        "(instr('0123456789abcdef', substr(key_hash, " ~ place ~ ", 1)) - 1) / " ~ 16.0 ** place
    ) %}
{% endfor %}
{% set columns = [
    'account_id', 'as_of_date', 'trigger', 'playbook', 'sentence', 'csm_owner_id', 'health_score',
    'band', 'change_30d', 'days_in_band', 'churn_probability_90d', 'expected_arr_loss_90d', 'arr',
    'days_to_renewal', 'open_p1_tickets', 'overdue_invoices',
] %}

with recursive scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and band <> 'insufficient data'
),

churn_risk as (
    select * from {{ ref('fct_churn_risk') }}
),

account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

support as (
    select * from {{ ref('int_support__metrics') }}
),

financial as (
    select * from {{ ref('int_financial__metrics') }}
),

critical_days as (
    select * from {{ ref('int_events__critical_days') }}
),

triggers as (
    select * from {{ ref('triggers') }}
),

holdouts as (
    select * from {{ ref('holdouts') }}
),

banded as (
    select
        *,
        case
            when band <> coalesce(lag(band) over account_history, '') then as_of_date
        end as band_began
    from scores
    window account_history as (partition by scorecard, account_id order by as_of_date)
),

dated as (
    select
        *,
        max(band_began) over (
            partition by scorecard, account_id
            order by as_of_date
            rows between unbounded preceding and current row
        ) as in_band_since
    from banded
),

judged_days as (
    select
        account_id,
        as_of_date,
        false as is_instant
    from scores
    union all
    select
        account_id,
        as_of_date,
        true as is_instant
    from account_days
),

-- what conditions can ask about
facts as (
    select
        judged_days.account_id,
        judged_days.as_of_date,
        judged_days.is_instant,
        account_days.day_number,
        account_days.csm_owner_id,
        account_days.segment,
        account_days.lifecycle_stage,
        dated.health_score,
        dated.band,
        dated.momentum,
        dated.change_30d,
        dated.change_90d,
        {{ days_between('dated.in_band_since', 'dated.as_of_date') }} as days_in_band,
        churn_risk.churn_probability_90d,
        churn_risk.expected_arr_loss_90d,
        account_days.arr,
        account_days.days_to_renewal,
        coalesce(nullif(critical_days.open_p1_tickets, 0), support.open_p1_tickets)
            as open_p1_tickets,
        coalesce(nullif(critical_days.overdue_invoices, 0), financial.overdue_invoices)
            as overdue_invoices
    from judged_days
    inner join account_days
        on
            judged_days.account_id = account_days.account_id
            and judged_days.as_of_date = account_days.as_of_date
    {% for relation in ['dated', 'churn_risk', 'critical_days', 'support', 'financial'] %}
        left join {{ relation }}
            on
                judged_days.account_id = {{ relation }}.account_id
                and judged_days.as_of_date = {{ relation }}.as_of_date
    {% endfor %}
    where {{ in_window('judged_days.as_of_date', days_before) }}
),

judged as (
    select
        *,
        {%- for trigger in triggers %}
            coalesce({{ is_met[trigger.trigger] }}, false) as is_met_{{ loop.index }},
        {%- endfor %}
        day_number - lag(day_number) over in_order as days_since_before
    from facts
    window in_order as (partition by is_instant, account_id order by day_number)
),

compared as (
    select
        *,
        {%- for trigger in triggers %}
            days_since_before <= {{ days_before }} and lag(is_met_{{ loop.index }}) over in_order
                as was_met_{{ loop.index }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from judged
    window in_order as (partition by is_instant, account_id order by day_number)
),

became_true as (
    {%- for trigger in triggers %}
        select
            triggers.trigger,
            triggers.playbook,
            {{ sentences[trigger.trigger] }} as sentence,
            compared.*
        from compared
        inner join triggers
            on
                triggers.trigger = '{{ trigger.trigger }}'
                and compared.is_instant = triggers.is_instant
        where
            compared.is_met_{{ loop.index }}
            and not coalesce(compared.was_met_{{ loop.index }}, false)
            and compared.as_of_date >= cast('{{ goes_on_from }}' as date)
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{% if told %}
    {#- a release before may not have known all columns -#}
    {% set known = adapter.get_columns_in_relation(told) | map(attribute='name') | list %}
    told as (
        select
            {% for column in columns %}
                {{ column if column in known else 'null as ' ~ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ told }}
        where as_of_date >= cast('{{ goes_on_from }}' as date)
    ),

    -- what was told between two builds stands, whatever has come in since
    events as (
        select became_true.{{ columns | join(', became_true.') }}
        from became_true
        inner join triggers on became_true.trigger = triggers.trigger
        left join told
            on
                became_true.trigger = told.trigger
                and became_true.account_id = told.account_id
                and became_true.as_of_date < told.as_of_date
                and {{ add_days('became_true.as_of_date', 'triggers.cooldown_days') }}
                > told.as_of_date
        where told.trigger is null
        union all
        select told.{{ columns | join(', told.') }}
        from told
        left join became_true
            on
                told.trigger = became_true.trigger
                and told.account_id = became_true.account_id
                and told.as_of_date = became_true.as_of_date
        where became_true.trigger is null
    ),
{% else %}
    events as (
        select {{ columns | join(', ') }}
        from became_true
    ),
{% endif %}

candidates as (
    select
        trigger,
        account_id,
        as_of_date
    from events
    {% if goes_on_from != all_days() %}
        union all
        -- what was fired last
        select
            trigger,
            account_id,
            max(as_of_date) as as_of_date
        from {{ this }}
        where as_of_date < cast('{{ goes_on_from }}' as date)
        group by trigger, account_id
    {% endif %}
),

-- the first time after its cooldown that a trigger can fire again
successions as (
    select
        candidates.trigger,
        candidates.account_id,
        candidates.as_of_date,
        min(later.as_of_date) as next_date
    from candidates
    inner join triggers on candidates.trigger = triggers.trigger
    inner join candidates as later
        on
            candidates.trigger = later.trigger
            and candidates.account_id = later.account_id
            and candidates.as_of_date < later.as_of_date
            and {{ add_days('candidates.as_of_date', 'triggers.cooldown_days') }}
            <= later.as_of_date
    group by candidates.trigger, candidates.account_id, candidates.as_of_date
),

fired as (
    select
        trigger,
        account_id,
        min(as_of_date) as as_of_date
    from candidates
    group by trigger, account_id
    union all
    select
        fired.trigger,
        fired.account_id,
        successions.next_date as as_of_date
    from fired
    inner join successions
        on
            fired.trigger = successions.trigger
            and fired.account_id = successions.account_id
            and fired.as_of_date = successions.as_of_date
),

-- by the key alone, so that the same event is held out or not however often it is computed
drawn as (
    select
        *,
        {{ dbt.hash(
            "'holdout|' || trigger || '|' || account_id || '|' || cast(as_of_date as varchar)"
        ) }} as key_hash
    from fired
),

-- the share in force on the day
held_out as (
    select
        drawn.trigger,
        drawn.account_id,
        drawn.as_of_date,
        drawn.key_hash,
        coalesce(max_by(holdouts.holdout_share, holdouts.from_date), 0) as holdout_share
    from drawn
    left join holdouts
        on drawn.trigger = holdouts.trigger and drawn.as_of_date >= holdouts.from_date
    group by drawn.trigger, drawn.account_id, drawn.as_of_date, drawn.key_hash
),

final as (
    select
        events.{{ columns | join(', events.') }},
        held_out.holdout_share,
        {{ digits | join(' + ') }} < held_out.holdout_share as is_held_out
    from events
    inner join held_out
        on
            events.trigger = held_out.trigger
            and events.account_id = held_out.account_id
            and events.as_of_date = held_out.as_of_date
)

select * from final
