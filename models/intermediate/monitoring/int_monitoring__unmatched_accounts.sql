{#- Whom rows speak of that belong to no account we know. ARR is that of billing's terms that run on
    the as-of date. -#}
{% set without_account = [('product', 'features'), ('crm', 'accounts')] %}
{#- as delivered: staging has the first of its copies -#}
{% set raw_known_at = 'try_cast(' ~ json_text('base.raw_row', "'known_at'") ~ ' as timestamp)' %}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

told_terms as (
    select
        base.*,
        coalesce(
            case when base.quarantine_reason is not null then {{ raw_known_at }} end,
            base.known_at,
            base.start_date
        ) as told_at
    from {{ ref('base_billing__subscriptions') }} as base
    where base.quarantine_reason is distinct from 'duplicate key'
),

known_terms as (
    select
        told_terms.*,
        coalesce(cast(told_terms.told_at as date) <= clock.as_of_date, true) as is_known
    from told_terms
    cross join clock
),

-- of a term that was delivered several times one counts: what an account has of it, or the newest
terms as (
    select
        *,
        is_known and row_number() over (
            partition by row_key, is_known
            order by
                quarantine_reason is null desc,
                told_at desc nulls last,
                arr desc nulls last,
                account_id asc
        ) = 1 as is_counted
    from known_terms
),

refused as (
    {% for source_name, table_name in raw_tables() | reject('in', without_account) -%}
        {% set table = raw_table(source_name, table_name) -%}
        {% set names = table.columns | map(attribute='name') | list -%}
        select
            '{{ source_name }}' as source_name,
            account_id,
            {{ 'account_domain' if 'account_domain' in names else 'cast(null as varchar)' }}
                as account_domain,
            {{ 'account_name' if 'account_name' in names else 'cast(null as varchar)' }}
                as account_name,
            {% if table_name == 'responses' %}
                -- some sources tell only when an answer came
                cast(coalesce(sent_at, responded_at) as date) as row_date,
            {% else %}
                cast({{ table.time_column or 'null' }} as date) as row_date,
            {% endif %}
            {% if table_name == 'subscriptions' -%}
                least(end_date, cancelled_date) as until_date,
                case when is_counted then arr end as arr,
                currency
            {% else -%}
                cast(null as date) as until_date,
                cast(null as double) as arr,
                cast(null as varchar) as currency
            {% endif -%}
        from {{ 'terms' if table_name == 'subscriptions'
            else ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where
            quarantine_column = 'account_id'
            and quarantine_reason in ('unknown account', 'missing value')
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

running as (
    select
        refused.source_name,
        case
            when refused.account_id like '%_@_%' then '(e-mail address)'
            else refused.account_id
        end as raw_account_id,
        refused.account_domain,
        refused.account_name,
        refused.row_date,
        case
            when
                refused.row_date > clock.as_of_date or refused.until_date <= clock.as_of_date
                then null
            when refused.currency is null then refused.arr
            else refused.arr * exchange_rates.rate
        end as arr,
        clock.as_of_date
    from refused
    cross join clock
    left join exchange_rates on upper(refused.currency) = upper(exchange_rates.currency)
),

grouped as (
    select
        source_name,
        raw_account_id,
        account_domain,
        max(account_name) as account_name,
        count(*) as n_rows,
        min(row_date) as first_date,
        max(row_date) as last_date,
        cast(sum({{ money('arr') }}) as double) as arr,
        as_of_date
    from running
    group by source_name, raw_account_id, account_domain, as_of_date
),

final as (
    select
        {{ dbt.hash(row_key(['source_name', 'raw_account_id', 'account_domain'])) }}
            as unmatched_account_id,
        *
    from grouped
)

select * from final
