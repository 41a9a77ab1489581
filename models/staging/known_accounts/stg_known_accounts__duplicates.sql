{#- Where a company has several connections of its CRM, such as two Salesforce orgs after a merger,
    an account may be in both: by our own word, or since they have a domain of each connection to
    themselves. The one of the connection that is named first stays. -#}

-- depends_on: {{ ref('snap_crm__accounts') }}, {{ ref('account_matches') }}
-- depends_on: {{ ref('stg_known_accounts__domain_texts') }}, {{ ref('vocabularies') }}
{% set further = raw_table('crm', 'accounts').connections[1:] %}
{% if not further %}
    select
        cast(null as varchar) as account_id,
        cast(null as varchar) as same_account_id,
        cast(null as varchar) as matched_by
    where false
{% else %}
    with accounts as (
        select distinct
            account_id,
            domains,
            case {{ dbt.split_part('account_id', "':'", 1) }}
                {% for connection in further %}
                    when '{{ connection }}' then {{ loop.index }}
                {% endfor %}
                else 0
            end as connection_number
        from {{ ref('snap_crm__accounts') }}
        where dbt_valid_to is null
    ),

    by_hand as (
        select
            {{ clean_id('raw_account_id') }} as account_id,
            coalesce(
                min(case when source_name = 'crm' then {{ clean_id('account_id') }} end),
                min({{ clean_id('account_id') }})
            ) as same_account_id
        from {{ ref('account_matches') }}
        where coalesce(source_name, 'crm') = 'crm'
        group by 1
    ),

    domain_texts as (
        select * from {{ ref('stg_known_accounts__domain_texts') }}
        where place = 'crm.accounts'
    ),

    free_mail as (
        select raw_value as domain_name
        from {{ ref('vocabularies') }}
        where vocabulary = 'mail_domain'
    ),

    -- a domain that two accounts of one connection have says nothing
    domains as (
        select
            domain_texts.domain_name,
            accounts.connection_number,
            min(accounts.account_id) as account_id
        from accounts
        inner join domain_texts on accounts.domains = domain_texts.delivered
        left join free_mail on domain_texts.domain_name = free_mail.domain_name
        where free_mail.domain_name is null
        group by domain_texts.domain_name, accounts.connection_number
        having count(distinct accounts.account_id) = 1
    ),

    firsts as (
        select
            domain_name,
            account_id,
            connection_number,
            row_number() over (partition by domain_name order by connection_number)
                as position_number
        from domains
    ),

    by_domain as (
        select
            domains.account_id,
            min(firsts.account_id) as same_account_id
        from domains
        inner join firsts
            on
                domains.domain_name = firsts.domain_name
                and firsts.position_number = 1
                and domains.connection_number > firsts.connection_number
        group by domains.account_id
        having count(distinct firsts.account_id) = 1
    ),

    known as (
        select distinct account_id from accounts
    ),

    links_0 as (
        select
            known.account_id,
            coalesce(by_hand.same_account_id, by_domain.same_account_id) as same_account_id,
            case when by_hand.account_id is not null then 'by hand' else 'domain' end as matched_by
        from known
        left join by_hand on known.account_id = by_hand.account_id
        left join by_domain on known.account_id = by_domain.account_id
        where
            known.account_id <> coalesce(by_hand.same_account_id, by_domain.same_account_id)
            and coalesce(by_hand.same_account_id, by_domain.same_account_id)
            in (select of_same.account_id from known as of_same)
    ),

    -- one may be another that is a third, by domain and by hand in turn: chains half each time
    {% set halvings = further | length + 2 %}
    {% for n in range(halvings) %}
        links_{{ n + 1 }} as (
            select
                links.account_id,
                coalesce(of_same.same_account_id, links.same_account_id) as same_account_id,
                links.matched_by
            from links_{{ n }} as links
            left join links_{{ n }} as of_same on links.same_account_id = of_same.account_id
        ),
    {% endfor %}

    -- in a circle none stays, so all do
    final as (
        select
            account_id,
            same_account_id,
            matched_by
        from links_{{ halvings }}
        where same_account_id not in (select links_0.account_id from links_0)
    )

    select * from final
{% endif %}
