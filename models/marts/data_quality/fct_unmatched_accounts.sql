{#- Whom rows of other sources speak of, where neither ids nor domains nor account_matches.csv say which account it
    is, and who it may be: accounts that share the domain, the domain above or below it, or the beginning of the
    name. ARR is that of billing's terms that run on the as-of date. -#}
{% set without_account = [('product', 'features'), ('crm', 'accounts')] %}
{% set marks = "' -_.,&/()'" %}
{% set least_letters = 4 %}

with clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

claims as (
    select * from {{ ref('stg_known_accounts__claims') }}
),

free_mail as (
    select raw_value as domain
    from {{ ref('vocabularies') }}
    where vocabulary = 'mail_domain'
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

unmatched as (
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

keyed as (
    select
        {{ dbt.hash(
            "source_name || '|' || coalesce(raw_account_id, '') || '|' || coalesce(account_domain, '')"
        ) }} as unmatched_account_id,
        *
    from unmatched
),

parts as (
    select
        unmatched_account_id,
        {{ text_rows('account_domain', ';') }} as domain
    from keyed
    where account_domain is not null
),

domains as (
    select
        parts.unmatched_account_id,
        parts.domain,
        regexp_extract(parts.domain, '[.](.+)$', 1) as domain_above,
        free_mail.domain is not null as is_free_mail
    from parts
    left join free_mail on parts.domain = free_mail.domain
),

words as (
    select
        unmatched_account_id,
        translate(lower(account_name), {{ marks }}, '') as word
    from keyed
    union
    select
        unmatched_account_id,
        translate({{ dbt.split_part('domain', "'.'", 1) }}, {{ marks }}, '') as word
    from domains
    where not is_free_mail
    union
    select
        unmatched_account_id,
        translate(lower(raw_account_id), {{ marks }}, '') as word
    from keyed
    where coalesce(raw_account_id <> account_domain, true)
),

names as (
    select
        account_id,
        translate(value, {{ marks }}, '') as word
    from claims
    where kind = 'name'
),

likenesses as (
    select
        domains.unmatched_account_id,
        claims.account_id,
        1 as likeness
    from domains
    inner join claims on domains.domain = claims.value and claims.kind = 'domain'
    union all
    select
        domains.unmatched_account_id,
        claims.account_id,
        2 as likeness
    from domains
    inner join claims on domains.domain_above = claims.value and claims.kind = 'domain'
    where not domains.is_free_mail
    union all
    select
        domains.unmatched_account_id,
        claims.account_id,
        2 as likeness
    from domains
    inner join claims
        on
            domains.domain = regexp_extract(claims.value, '[.](.+)$', 1)
            and claims.kind = 'domain'
    union all
    select
        words.unmatched_account_id,
        names.account_id,
        3 as likeness
    from words
    inner join names
        on
            substr(words.word, 1, {{ least_letters }}) = substr(names.word, 1, {{ least_letters }})
            and (strpos(words.word, names.word) = 1 or strpos(names.word, words.word) = 1)
    where length(words.word) >= {{ least_letters }} and length(names.word) >= {{ least_letters }}
),

ranked as (
    select
        unmatched_account_id,
        account_id,
        min(likeness) as likeness,
        row_number() over (
            partition by unmatched_account_id
            order by min(likeness), account_id
        ) as candidate_number
    from likenesses
    group by unmatched_account_id, account_id
),

candidates as (
    select
        unmatched_account_id,
        count(*) as n_candidates,
        count(case when likeness = 1 then 1 end) > 0 as shares_domain,
        {{ dbt.listagg(
            'case when candidate_number <= 5 then account_id end', "';'", 'order by candidate_number'
        ) }} as candidate_account_ids
    from ranked
    group by unmatched_account_id
),

kinds as (
    select
        unmatched_account_id,
        min(case when is_free_mail then 1 else 0 end) = 1 as is_free_mail
    from domains
    group by unmatched_account_id
),

final as (
    select
        keyed.unmatched_account_id,
        keyed.source_name,
        keyed.raw_account_id,
        keyed.account_domain,
        keyed.account_name,
        keyed.n_rows,
        keyed.first_date,
        keyed.last_date,
        keyed.arr,
        case
            when candidates.shares_domain then 'domain of several accounts'
            when kinds.is_free_mail then 'free mail'
            when keyed.account_domain is not null then 'unknown domain'
            when keyed.raw_account_id is not null then 'unknown id'
            else 'no id or domain'
        end as reason,
        coalesce(candidates.n_candidates, 0) as n_candidates,
        candidates.candidate_account_ids,
        keyed.as_of_date
    from keyed
    left join candidates on keyed.unmatched_account_id = candidates.unmatched_account_id
    left join kinds on keyed.unmatched_account_id = kinds.unmatched_account_id
)

select * from final
