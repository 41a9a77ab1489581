-- What a build of a window cannot see any more: rows that arrived after their days had closed, rows
-- that the source has taken back since, and rows refused for an account that is known by now.
-- Copies of old rows count as late too.
-- Fix: a full refresh (make build FULL=1) takes them into account; next time, a larger
-- late_row_days in seeds/policy/thresholds.csv.
{{ config(severity='warn') }}

with found as (
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
        inner join {{ ref('stg_known_accounts__ids') }} as known_accounts
            on refusals.account_id = known_accounts.account_id
        where refusals.quarantine_reason = 'unknown account'
    {% endfor %}
)

select
    source_name,
    table_name,
    what,
    n_rows
from found
where n_rows > 0
