{#- Who it may be that rows of other sources speak of: accounts that share the domain, the domain
    above or below it, or the beginning of the name. -#}
{% set marks = "' -_.,&/()'" %}
{% set least_letters = policy_number('candidate_least_letters') | int %}
{% set named_account = 'case when candidate_number <= '
    ~ policy_number('most_candidates') | int ~ ' then account_id end' %}
{% set above = "'[.](.+)$'" %}

with unmatched as (
    select * from {{ ref('int_monitoring__unmatched_accounts') }}
),

claims as (
    select * from {{ ref('stg_known_accounts__claims') }}
),

free_mail as (
    select raw_value as domain_name
    from {{ ref('vocabularies') }}
    where vocabulary = 'mail_domain'
),

parts as (
    select
        unmatched_account_id,
        source_name,
        {{ text_rows('account_domain', ';') }} as domain_name
    from unmatched
    where account_domain is not null
),

domains as (
    select
        parts.unmatched_account_id,
        parts.source_name,
        parts.domain_name,
        regexp_extract(parts.domain_name, {{ above }}, 1) as domain_above,
        free_mail.domain_name is not null as is_free_mail
    from parts
    left join free_mail on parts.domain_name = free_mail.domain_name
),

words as (
    select
        unmatched_account_id,
        translate(lower(account_name), {{ marks }}, '') as word
    from unmatched
    union
    select
        unmatched_account_id,
        translate({{ dbt.split_part('domain_name', "'.'", 1) }}, {{ marks }}, '') as word
    from domains
    where not is_free_mail
    union
    select
        unmatched_account_id,
        translate(lower(raw_account_id), {{ marks }}, '') as word
    from unmatched
    where coalesce(raw_account_id <> account_domain, true)
),

names as (
    select
        account_id,
        translate(known_as, {{ marks }}, '') as word
    from claims
    where kind = 'name'
),

claimed as (
    select
        source_name,
        account_id,
        known_as as domain_name,
        regexp_extract(known_as, {{ above }}, 1) as domain_above
    from claims
    where kind = 'domain'
),

likenesses as (
    select
        domains.unmatched_account_id,
        claimed.account_id,
        -- a domain that is an account's in another source alone says who it may be
        case
            when claimed.source_name is null or claimed.source_name = domains.source_name then 1
            else 2
        end as likeness
    from domains
    inner join claimed on domains.domain_name = claimed.domain_name
    union all
    select
        domains.unmatched_account_id,
        claimed.account_id,
        2 as likeness
    from domains
    inner join claimed on domains.domain_above = claimed.domain_name
    where not domains.is_free_mail
    union all
    select
        domains.unmatched_account_id,
        claimed.account_id,
        2 as likeness
    from domains
    inner join claimed on domains.domain_name = claimed.domain_above
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
        {{ dbt.listagg(named_account, "';'", 'order by candidate_number') }}
            as candidate_account_ids
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
        unmatched.unmatched_account_id,
        unmatched.source_name,
        unmatched.raw_account_id,
        unmatched.account_domain,
        unmatched.account_name,
        unmatched.n_rows,
        unmatched.first_date,
        unmatched.last_date,
        unmatched.arr,
        case
            when candidates.shares_domain then 'domain of several accounts'
            when kinds.is_free_mail then 'free mail'
            when unmatched.account_domain is not null then 'unknown domain'
            when unmatched.raw_account_id is not null then 'unknown id'
            else 'no id or domain'
        end as unmatched_reason,
        coalesce(candidates.n_candidates, 0) as n_candidates,
        candidates.candidate_account_ids,
        unmatched.as_of_date
    from unmatched
    left join candidates on unmatched.unmatched_account_id = candidates.unmatched_account_id
    left join kinds on unmatched.unmatched_account_id = kinds.unmatched_account_id
)

select * from final
