-- what was asked of the team for each account in a year, the newest first
select
    triggers.account_id,
    list(
        {
            'day': triggers.as_of_date,
            'sentence': triggers.sentence,
            'playbook': triggers.playbook,
            'due': responses.due_date,
            'response': responses.response,
            'answered': least(responses.play_started_date, responses.first_touch_date)
        }
        order by triggers.as_of_date desc, triggers.trigger
    ) as actions
from marts.fct_playbook_triggers as triggers
left join marts.fct_trigger_responses as responses
    on
        triggers.account_id = responses.account_id
        and triggers.as_of_date = responses.as_of_date
        and triggers.trigger = responses.trigger
where
    triggers.as_of_date > getvariable('newest') - 365
    and not coalesce(triggers.is_held_out, false)
group by triggers.account_id
