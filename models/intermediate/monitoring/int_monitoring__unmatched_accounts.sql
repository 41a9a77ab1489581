{#- Whom rows speak of that belong to no account we know. ARR is that of billing's terms that run on the
    as-of date. -#}
{% set without_account = [('product', 'features'), ('crm', 'accounts')] %}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

refused as (
    {% for source_name, table_name in raw_tables() if (source_name, table_name) not in without_account %}
        {% set table = raw_table(source_name, table_name) %}
        {% set names = table.columns | map(attribute='name') | list %}
        select
            '{{ source_name }}' as source_name,
            account_id,
            {{ 'account_domain' if 'account_domain' in names else 'cast(null as varchar)' }}
                as account_domain,
            {{ 'account_name' if 'account_name' in names else 'cast(null as varchar)' }}
                as account_name,
            cast({{ table.time_column or 'null' }} as date) as row_date,
            {% if table_name == 'subscriptions' %}
                least(end_date, cancelled_date) as until_date,
                arr,
                currency
            {% else %}
                cast(null as date) as until_date,
                cast(null as double) as arr,
                cast(null as varchar) as currency
            {% endif %}
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where
            quarantine_column = 'account_id'
            and quarantine_reason in ('unknown account', 'missing value')
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

grouped as (
    select
        refused.source_name,
        case when refused.account_id like '%_@_%' then '(e-mail address)' else refused.account_id end
            as raw_account_id,
        refused.account_domain,
        max(refused.account_name) as account_name,
        count(*) as n_rows,
        min(refused.row_date) as first_date,
        max(refused.row_date) as last_date,
        cast(
            sum(
                case
                    when
                        refused.row_date <= clock.as_of_date
                        and coalesce(refused.until_date > clock.as_of_date, true)
                        then {{ money(
                            'refused.arr * case when refused.currency is null then 1 else exchange_rates.rate end'
                        ) }}
                end
            ) as double
        ) as arr,
        clock.as_of_date
    from refused
    cross join clock
    left join exchange_rates on upper(refused.currency) = upper(exchange_rates.currency)
    group by 1, 2, 3, clock.as_of_date
),

final as (
    select
        {{ dbt.hash(
            "source_name || '|' || coalesce(raw_account_id, '') || '|' || coalesce(account_domain, '')"
        ) }} as unmatched_account_id,
        *
    from grouped
)

select * from final
