-- What a build of a window cannot see any more: rows that arrived after their days had closed, rows
-- that the source has taken back since, and rows refused for an account that is known by now.
-- Copies of old rows count as late too.
-- Fix: a full refresh (make build FULL=1) takes them into account; next time, a larger
-- late_row_days in seeds/policy/thresholds.csv.
{{ config(severity='warn') }}

with matches as (
    select * from {{ ref('stg_known_accounts__matches') }}
    where source_name = 'product'
),

ids as (
    select known_as from matches
    where kind = 'id'
),

domains as (
    select known_as from matches
    where kind = 'domain'
),

found as (
    select
        source_name,
        table_name,
        'too late' as what,
        n_too_late as n_rows
    from {{ ref('int_monitoring__reconciliation') }}
    union all
    select
        source_name,
        table_name,
        'withdrawn' as what,
        n_withdrawn as n_rows
    from {{ ref('int_monitoring__reconciliation') }}
    {% for table_name in ['events', 'daily_usage'] %}
        union all
        select
            'product' as source_name,
            '{{ table_name }}' as table_name,
            'refused, and the account is known now' as what,
            count(*) as n_rows
        from {{ ref('base_product__' ~ table_name) }} as refusals
        where
            refusals.quarantine_reason = 'unknown account'
            and (
                refusals.account_id in (select ids.known_as from ids)
                or refusals.account_domain in (select domains.known_as from domains)
            )
    {% endfor %}
)

select
    source_name,
    table_name,
    what,
    n_rows
from found
where n_rows > 0
