{#- The triggers of the policy as SQL. -#}

{% macro trigger_condition(condition) -%}
    {#- Condition: a row of trigger_conditions.csv holds. -#}
    {%- set sign = {
        'below': '<', 'at_most': '<=', 'at_least': '>=', 'above': '>', 'is': '='
    }[condition.comparison] -%}
    {%- set value = "'" ~ condition.value | replace("'", "''") ~ "'" if condition.comparison == 'is'
        else condition.value -%}
    {{ condition.fact }} {{ sign }} {{ value }}
{%- endmacro %}

{% macro trigger_sentence(sentence) -%}
    {#- A sentence of triggers.csv as text: each {fact} stands for its value on the day, probabilities in
        percent and falls without their sign. -#}
    {%- set parts = [] -%}
    {%- for part in sentence.split('{') -%}
        {%- set fact, text = part.split('}') if loop.index > 1 else ('', part) -%}
        {%- if fact == 'churn_probability_90d' -%}
            {%- do parts.append("cast(cast(round(100 * " ~ fact ~ ") as integer) as varchar) || ' %'") -%}
        {%- elif fact in ('change_30d', 'change_90d') -%}
            {%- do parts.append('cast(abs(' ~ fact ~ ') as varchar)') -%}
        {%- elif fact in ('open_p1_tickets', 'overdue_invoices') -%}
            {%- do parts.append('cast(cast(' ~ fact ~ ' as integer) as varchar)') -%}
        {%- elif fact -%}
            {%- do parts.append('cast(' ~ fact ~ ' as varchar)') -%}
        {%- endif -%}
        {%- if text -%}{%- do parts.append("'" ~ text | replace("'", "''") ~ "'") -%}{%- endif -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}

{% macro touch_types() -%}
    {#- Activities in which we spoke with the customer, for `in (...)`. -#}
    'call', 'meeting', 'qbr'
{%- endmacro %}
