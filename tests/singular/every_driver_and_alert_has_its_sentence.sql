-- A sentence without its value, or with a placeholder in it, is not one for a person.
with drivers as (
    select * from {{ ref('account_drivers') }}
),

accounts as (
    select * from {{ ref('account_health') }}
)

select
    account_id,
    metric,
    sentence
from drivers
where
    sentence is null
    or {{ dbt.position("'{'", 'sentence') }} > 0
    or {{ dbt.position("'}'", 'sentence') }} > 0
union all
select
    account_id,
    'alert' as metric,
    alert_sentence as sentence
from accounts
where (is_drop_alert or is_rapid_decline) <> (alert_sentence is not null)
union all
select
    account_id,
    'situation' as metric,
    situation_sentence as sentence
from accounts
where (situation is null) <> (situation_sentence is null)
