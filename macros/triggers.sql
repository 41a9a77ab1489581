{#- The triggers of the policy as SQL. -#}

{% macro trigger_is_met(trigger) -%}
    {#- Condition: all rows of trigger_conditions.csv hold that a trigger has. -#}
    {%- set signs = {'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>', 'is': '='} -%}
    {%- set terms = ['true'] -%}
    {%- for row in policy_rows('trigger_conditions') if row.trigger == trigger -%}
        {%- set value = "'" ~ row.value | replace("'", "''") ~ "'" if row.comparison == 'is'
            else row.value -%}
        {%- do terms.append(row.fact ~ ' ' ~ signs[row.comparison] ~ ' ' ~ value) -%}
    {%- endfor -%}
    {{ terms | join(' and ') }}
{%- endmacro %}

{% macro trigger_sentence(sentence, days) -%}
    {#- A sentence of triggers.csv as text: each {fact} stands for its value of the day, probabilities in
        percent and falls without their sign. What is not known is unknown. -#}
    {%- set parts = [] -%}
    {%- for part in sentence.split('{') -%}
        {%- set fact, text = part.split('}') if loop.index > 1 else ('', part) -%}
        {%- set value = days ~ '.' ~ fact -%}
        {%- if fact == 'churn_probability_90d' -%}
            {%- set shown = "cast(cast(round(100 * " ~ value ~ ") as integer) as varchar) || ' %'" -%}
        {%- elif fact in ('change_30d', 'change_90d') -%}
            {%- set shown = 'cast(abs(' ~ value ~ ') as varchar)' -%}
        {%- elif fact in ('open_p1_tickets', 'overdue_invoices') -%}
            {%- set shown = 'cast(cast(' ~ value ~ ' as integer) as varchar)' -%}
        {%- else -%}
            {%- set shown = 'cast(' ~ value ~ ' as varchar)' -%}
        {%- endif -%}
        {%- if fact -%}{%- do parts.append('coalesce(' ~ shown ~ ", 'unknown')") -%}{%- endif -%}
        {%- if text -%}{%- do parts.append("'" ~ text | replace("'", "''") ~ "'") -%}{%- endif -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}
