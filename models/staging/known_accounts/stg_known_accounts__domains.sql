{#- Of several domains in one text, those that are known must belong to one account. A view, as the
    texts are. -#}
{{ config(materialized='view') }}

with domain_texts as (
    select * from {{ ref('stg_known_accounts__domain_texts') }}
),

matches as (
    select * from {{ ref('stg_known_accounts__matches') }}
    where kind = 'domain'
),

grouped as (
    select
        domain_texts.place,
        domain_texts.delivered,
        {{ dbt.listagg(
            'domain_texts.domain_name', "';'", 'order by domain_texts.domain_name'
        ) }} as domain_names,
        count(distinct matches.account_id) = 1 as is_one_account,
        min(matches.account_id) as account_id,
        min(matches.matched_by) as matched_by
    from domain_texts
    left join matches
        on
            {{ dbt.split_part('domain_texts.place', "'.'", 1) }} = matches.source_name
            and domain_texts.domain_name = matches.known_as
    group by domain_texts.place, domain_texts.delivered
),

final as (
    select
        place,
        delivered,
        domain_names,
        case when is_one_account then account_id end as account_id,
        case when is_one_account then matched_by end as matched_by
    from grouped
)

select * from final
