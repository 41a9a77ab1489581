{#- What says of an id, a domain or a name that it is an account's, the strongest first: our own
    word for one source or for all, the id itself, a domain that the CRM has for the account (or had,
    if it is deleted), and the e-mail addresses of its contacts. A name is never enough. -#}
{% set further = raw_table('crm', 'accounts').connections[1:] %}
with known as (
    select * from {{ ref('stg_known_accounts__ids') }}
),

by_hand as (
    select
        source_name,
        {{ clean_id('raw_account_id') }} as known_as,
        {{ clean_id('account_id') }} as account_id
    from {{ ref('account_matches') }}
),

duplicates as (
    select * from {{ ref('stg_known_accounts__duplicates') }}
),

accounts as (
    select
        coalesce(duplicates.same_account_id, seen.account_id) as account_id,
        seen.account_name,
        seen.domains,
        seen.is_delivered
    from {{ ref('snap_crm__accounts') }} as seen
    left join duplicates on seen.account_id = duplicates.account_id
    where seen.dbt_valid_to is null
),

raw_contacts as (
    {{ raw_rows('crm', 'contacts') }}
),

ids as (
    select
        account_id as known_as,
        account_id,
        'id' as matched_by
    from known
    union all
    select
        account_id as known_as,
        same_account_id as account_id,
        matched_by
    from duplicates
),

-- those of a record that was merged by hand are the other's
contacts as (
    select
        coalesce(
            by_crm.account_id,
            by_all.account_id,
            duplicates.same_account_id,
            raw_contacts.account_id
        ) as account_id,
        raw_contacts.email,
        {{ known_date('raw_contacts.known_at', 'raw_contacts.created_at') }} as known_date
    from raw_contacts
    left join by_hand as by_crm
        on raw_contacts.account_id = by_crm.known_as and by_crm.source_name = 'crm'
    left join by_hand as by_all
        on raw_contacts.account_id = by_all.known_as and by_all.source_name is null
    left join duplicates on raw_contacts.account_id = duplicates.account_id
),

domain_texts as (
    select * from {{ ref('stg_known_accounts__domain_texts') }}
    where place in ('crm.accounts', 'crm.contacts')
),

free_mail as (
    select raw_value as domain_name
    from {{ ref('vocabularies') }}
    where vocabulary = 'mail_domain'
),

-- the first account with a contact of the domain keeps it: one that comes later takes nothing away
domains_of_contacts as (
    select
        domain_texts.domain_name,
        contacts.account_id,
        coalesce(min(contacts.known_date), cast('9999-12-31' as date)) as first_date,
        min(coalesce(min(contacts.known_date), cast('9999-12-31' as date)))
            over (partition by domain_texts.domain_name)
            as first_date_of_any,
        count(*) over (partition by domain_texts.domain_name) as n_accounts
    from contacts
    inner join domain_texts
        on domain_texts.place = 'crm.contacts' and contacts.email = domain_texts.delivered
    inner join known on contacts.account_id = known.account_id
    group by domain_texts.domain_name, contacts.account_id
),

domains as (
    select
        domain_texts.domain_name as known_as,
        accounts.account_id,
        'domain' as matched_by,
        case when accounts.is_delivered then 3 else 4 end as claim_rank
    from accounts
    inner join domain_texts
        on domain_texts.place = 'crm.accounts' and accounts.domains = domain_texts.delivered
    union all
    select
        domain_name as known_as,
        account_id,
        case when n_accounts = 1 then 'domain of contacts' else 'contested domain of contacts' end
            as matched_by,
        case when first_date = first_date_of_any then 5 else 6 end as claim_rank
    from domains_of_contacts
),

claims as (
    {% for kind in ['id', 'domain'] %}
        select
            source_name,
            '{{ kind }}' as kind,
            {{ "regexp_replace(lower(known_as), '^www[.]', '') as " if kind == 'domain' }}known_as,
            account_id,
            'by hand' as matched_by,
            case when source_name is null then 2 else 1 end as claim_rank
        from by_hand
        {{ "where known_as like '%.%'" if kind == 'domain' }}
        union all
    {% endfor %}
    select
        cast(null as varchar) as source_name,
        'id' as kind,
        known_as,
        account_id,
        matched_by,
        3 as claim_rank
    from ids
    {% if further %}
        -- other sources have the id as that connection of the CRM spells it; within the CRM it is
        -- an id of the first connection
        {% for source_name in raw_tables() | map('first') | unique if source_name != 'crm' %}
            union all
            select
                '{{ source_name }}' as source_name,
                'id' as kind,
                {{ dbt.split_part('known_as', "':'", 2) }} as known_as,
                account_id,
                'id' as matched_by,
                4 as claim_rank
            from ids
            where {{ dbt.split_part('known_as', "':'", 1) }} in ('{{ further | join("', '") }}')
        {% endfor %}
    {% endif %}
    union all
    select
        cast(null as varchar) as source_name,
        'domain' as kind,
        known_as,
        account_id,
        matched_by,
        claim_rank
    from domains
    where known_as not in (select free_mail.domain_name from free_mail)
    union all
    select
        cast(null as varchar) as source_name,
        'name' as kind,
        lower(account_name) as known_as,
        account_id,
        'name' as matched_by,
        7 as claim_rank
    from accounts
    where account_name is not null
),

final as (
    select
        claims.source_name,
        claims.kind,
        claims.known_as,
        claims.account_id,
        claims.matched_by,
        min(claims.claim_rank) as claim_rank
    from claims
    inner join known on claims.account_id = known.account_id
    group by
        claims.source_name,
        claims.kind,
        claims.known_as,
        claims.account_id,
        claims.matched_by
)

select * from final
