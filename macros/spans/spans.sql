{#- Metrics are sums over spans: from from_date on (when the fact was known) until until_date (exclusive; null:
    for ever) `amount` counts towards `measure` of an account. A rolling count is a span per fact as long as the
    window, a state a span as long as it lasts. The value on a date is the sum of the spans that cover it, found
    from their edges alone, in time linear in the facts. Decimals make sums exact, in any order of the rows. -#}

{% macro money(expression) -%}
    cast({{ expression }} as decimal(38, 6))
{%- endmacro %}

{% macro span(measure, from_date, until_date='null', amount='1', is_money=false, entity=none) -%}
    account_id,
    '{{ measure }}' as measure,
    cast({{ from_date }} as date) as from_date,
    cast({{ until_date }} as date) as until_date,
    {% if entity -%}
    {{ entity }} as entity
    {%- else -%}
    {{ money(amount) if is_money else 'cast(' ~ amount ~ ' as decimal(18, 6))' }} as amount
    {%- endif -%}
{%- endmacro %}

{% macro latest_spans(relation, measure, fact_date, known_date, value, expiry_days=none) -%}
    select
        account_id,
        '{{ measure }}' as measure,
        from_date,
        least(next_from_date, expiry_date) as until_date,
        cast(fact_value as decimal(18, 6)) as amount
    from (
        select
            *,
            lead(from_date) over (partition by account_id order by from_date) as next_from_date
        from (
            select
                *,
                sum(value_sum) over day_so_far / sum(n_values) over day_so_far as fact_value,
                max(fact_date) over facts_so_far as latest_fact_date,
                row_number() over (partition by account_id, from_date order by fact_date desc) as recency
            from (
                select
                    account_id,
                    {{ fact_date }} as fact_date,
                    greatest({{ known_date }}, {{ fact_date }}) as from_date,
                    sum({{ value }}) as value_sum,
                    count({{ value }}) as n_values,
                    {{ 'cast(null as date)' if expiry_days is none
                        else 'max(' ~ add_days(fact_date, expiry_days) ~ ')' }} as expiry_date
                from {{ relation }}
                where {{ fact_date }} is not null and {{ value }} is not null
                group by 1, 2, 3
            ) as facts
            window
                day_so_far as (partition by account_id, fact_date order by from_date rows unbounded preceding),
                facts_so_far as (partition by account_id order by from_date, fact_date rows unbounded preceding)
        ) as ordered
        where fact_date = latest_fact_date and recency = 1
    ) as sequenced
    where {{ 'true' if expiry_days is none else 'from_date < expiry_date' }}
{%- endmacro %}

{% macro merged_spans(relation, keys) -%}
    {%- set keys = keys | join(', ') %}
    select
        {{ keys }},
        from_date,
        nullif(
            lead(earlier_reach, 1, whole_reach) over (partition by {{ keys }} order by from_date),
            cast('9999-12-31' as date)
        ) as until_date
    from (
        select
            {{ keys }},
            from_date,
            max(until_date) over (
                partition by {{ keys }} order by from_date, until_date
                rows between unbounded preceding and 1 preceding
            ) as earlier_reach,
            -- in the same order as the other, so that one sort serves both
            max(until_date) over (
                partition by {{ keys }} order by from_date, until_date
                rows between unbounded preceding and unbounded following
            ) as whole_reach
        from (
            select {{ keys }}, from_date, coalesce(until_date, cast('9999-12-31' as date)) as until_date
            from {{ relation }}
        ) as seen
        -- those that end before the build's window would only be sorted, and merge with none in it
        where from_date < until_date and ({{ reaches_window('until_date') }})
    ) as reached
    where earlier_reach is null or from_date > earlier_reach
{%- endmacro %}

{% macro presence_spans(relation) -%}
    select
        account_id,
        measure,
        from_date,
        until_date,
        cast(1 as decimal(18, 6)) as amount
    from (
        {{ merged_spans(relation, ['account_id', 'entity', 'measure']) | indent(8) }}
    ) as merged
    where entity is not null
{%- endmacro %}

{% macro span_totals(spans, spine, measures, is_money=false) -%}
    {%- set from_date = "greatest(from_date, cast('" ~ window_start() ~ "' as date))" -%}
    {%- set amount = money('amount') if is_money else 'round(cast(amount as double) * 1000000)' -%}
    select
        account_id,
        as_of_date,
        {{ measures | join(', ') | wordwrap(90) | indent(8) }}
    from (
        select
            account_id,
            as_of_date,
            on_spine,
            {% for measure in measures -%}
            cast(sum({{ measure }}) over edges_so_far as double){{ ' / 1000000' if not is_money }} as {{ measure }}
            {{- ',' if not loop.last }}
            {% endfor %}
        from (
            select
                account_id,
                edge_date as as_of_date,
                max(on_spine) as on_spine,
                {% for measure in measures -%}
                sum(case when measure = '{{ measure }}' then amount else 0 end) as {{ measure }}
                {{- ',' if not loop.last }}
                {% endfor %}
            from (
                select account_id, {{ from_date }} as edge_date, measure, {{ amount }} as amount, 0 as on_spine
                from {{ spans }}
                where until_date is null or {{ from_date }} < until_date
                union all
                select account_id, until_date as edge_date, measure, -{{ amount }} as amount, 0 as on_spine
                from {{ spans }}
                where {{ from_date }} < until_date
                union all
                select account_id, as_of_date as edge_date, '' as measure, 0 as amount, 1 as on_spine
                from {{ spine }}
            ) as edges
            group by account_id, edge_date
        ) as daily
        window edges_so_far as (partition by account_id order by as_of_date rows unbounded preceding)
    ) as running
    where on_spine = 1
{%- endmacro %}
