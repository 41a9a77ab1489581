-- `make instant` tells these alone: with a reason, of a day that has begun, of a known trigger.
select
    fired.account_id,
    fired.as_of_date,
    fired.trigger as told
from {{ ref('fct_playbook_triggers') }} as fired
left join {{ ref('triggers') }} as triggers on fired.trigger = triggers.trigger
cross join {{ ref('stg_calendar__clock') }} as clock
where
    fired.as_of_date >= cast('{{ published_from() }}' as date)
    and (
        triggers.trigger is null
        or fired.sentence is null
        or fired.playbook is null
        or fired.as_of_date > clock.as_of_date
    )
union all
select
    account_id,
    as_of_date,
    alert_id as told
from {{ ref('sync_slack__critical_alerts') }}
where alert_text is null
