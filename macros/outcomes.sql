{% macro held_until_date(terms, thresholds) -%}
    {#- First day on which a term no longer makes its account a customer: after the policy's grace days if it just
        ran out, at once if it was cancelled. Arguments: names of int_contracts__terms and int_policy__thresholds
        in the query. -#}
    case
        when {{ terms }}.service_end_date = cast('9999-12-31' as date) then {{ terms }}.service_end_date
        else least(
            {{ add_days(terms ~ '.service_end_date', thresholds ~ '.renewal_grace_days') }},
            coalesce({{ terms }}.cancelled_date, cast('9999-12-31' as date))
        )
    end
{%- endmacro %}

{% macro is_month_end(date) -%}
    {#- Whether a date is the last one of its month that history has a row for. -#}
    extract(month from {{ date }})
    <> extract(month from {{ add_days(date, 7 if var('history_grain') == 'week' else 1) }})
{%- endmacro %}
