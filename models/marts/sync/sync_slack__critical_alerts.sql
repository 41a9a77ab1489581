{#- What Slack is told: alerts of the last days, with the account and the next step. -#}

with alerts as (
    select * from {{ ref('fct_alerts') }}
    where is_told
),

accounts as (
    select * from {{ ref('dim_accounts') }}
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

final as (
    select
        alerts.alert_id,
        alerts.account_id,
        alerts.as_of_date as began_date,
        playbooks.name || ': '
        || coalesce(accounts.account_name || ' (' || alerts.account_id || ')', alerts.account_id)
        || '. ' || alerts.sentence || '. Next: ' || playbooks.next_step as alert_text,
        clock.as_of_date
    from alerts
    inner join playbooks on alerts.playbook = playbooks.playbook
    cross join clock
    cross join thresholds
    left join accounts on alerts.account_id = accounts.account_id
    where {{ add_days('alerts.as_of_date', 'thresholds.alert_days') }} > clock.as_of_date
)

select * from final
