with health as (
    select * from {{ ref('account_health') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

fired as (
    select * from {{ ref('fct_playbook_triggers') }}
),

triggers as (
    select * from {{ ref('triggers') }}
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

alerted as (
    select * from health
    where is_rapid_decline
),

-- One alert for a fall: it lasts while the lesser alert does, so that a score which
-- swings about the limit is told once.
quiet as (
    select
        alerted.account_id,
        max(scores.as_of_date) as last_quiet_date
    from alerted
    inner join scores on alerted.account_id = scores.account_id
    where not (scores.is_drop_alert or scores.is_rapid_decline)
    group by alerted.account_id
),

falls as (
    select
        alerted.account_id,
        min(scores.as_of_date) as began_date
    from alerted
    inner join scores on alerted.account_id = scores.account_id
    left join quiet on alerted.account_id = quiet.account_id
    where quiet.last_quiet_date is null or scores.as_of_date > quiet.last_quiet_date
    group by alerted.account_id
),

declines as (
    select
        'rapid_decline/' || alerted.account_id || '/' || cast(falls.began_date as varchar)
            as alert_id,
        alerted.account_id,
        falls.began_date,
        'Rapid decline: '
        || coalesce(alerted.account_name || ' (' || alerted.account_id || ')', alerted.account_id)
        || ' is at ' || cast(alerted.health_score as varchar) || ', ' || alerted.band || '. '
        || alerted.alert_sentence || '.'
        || coalesce(' ' || alerted.driver_1_sentence || '.', '') as alert_text,
        alerted.as_of_date
    from alerted
    inner join falls on alerted.account_id = falls.account_id
),

critical_events as (
    select
        'critical_event/' || fired.trigger || '/' || fired.account_id || '/'
        || cast(fired.as_of_date as varchar) as alert_id,
        fired.account_id,
        fired.as_of_date as began_date,
        playbooks.name || ': '
        || coalesce(accounts.account_name || ' (' || fired.account_id || ')', fired.account_id)
        || '. ' || fired.sentence || '. Next: ' || playbooks.next_step as alert_text,
        clock.as_of_date
    from fired
    inner join triggers on fired.trigger = triggers.trigger
    inner join playbooks on fired.playbook = playbooks.playbook
    cross join clock
    cross join thresholds
    left join accounts on fired.account_id = accounts.account_id
    where
        triggers.is_instant
        and {{ add_days('fired.as_of_date', 'thresholds.critical_alert_days') }} > clock.as_of_date
),

final as (
    select * from declines
    union all
    select * from critical_events
)

select * from final
