{#- Where the strongest claims name two accounts, nobody can tell which it is, and there is no
    match. -#}
with claims as (
    select * from {{ ref('stg_known_accounts__claims') }}
    where kind in ('id', 'domain')
),

sources as (
    {% for source_name in raw_tables() | map('first') | unique %}
        select '{{ source_name }}' as source_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

of_sources as (
    select
        sources.source_name,
        claims.kind,
        claims.known_as,
        claims.account_id,
        claims.matched_by,
        claims.claim_rank,
        min(claims.claim_rank)
            over (partition by sources.source_name, claims.kind, claims.known_as)
            as strongest_rank
    from claims
    inner join sources on coalesce(claims.source_name, sources.source_name) = sources.source_name
),

final as (
    select
        source_name,
        kind,
        known_as,
        min(account_id) as account_id,
        min(matched_by) as matched_by
    from of_sources
    where claim_rank = strongest_rank
    group by source_name, kind, known_as
    having count(distinct account_id) = 1
)

select * from final
