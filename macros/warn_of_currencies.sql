{% macro warn_of_currencies(relation) -%}
    {#- Says how much is lost to each currency without a rate, as a warning for each: a failed test tells
        only how many there are. relation: what stands after `from`, with currency, n_rows and arr. For
        tests; writes nothing into their SQL. -#}
    {%- if execute and flags.WHICH in ('build', 'test') -%}
        {%- for row in run_query(
            'select currency, n_rows, arr from ' ~ relation ~ ' order by currency'
        ).rows -%}
            {%- set arr = '{:,.0f}'.format(row[2]) if row[2] is not none else 'unknown' -%}
            {%- do exceptions.warn(
                'billing.subscriptions: ' ~ row[1] ~ ' row(s) with ' ~ arr ~ ' ' ~ row[0] ~ ' of ARR are'
                ~ ' in ' ~ row[0] ~ ', which has no rate, so that their ARR is unknown. Fix: add a row'
                ~ ' for ' ~ row[0] ~ ' to seeds/policy/exchange_rates.csv.'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
