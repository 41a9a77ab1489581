{#- Whom to work on today, and why: one row per account, the most to lose first. -#}

with accounts as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer'
),

triggers as (
    select
        fired.*,
        kinds.is_instant
    from {{ ref('fct_playbook_triggers') }} as fired
    left join {{ ref('triggers') }} as kinds on fired.trigger = kinds.trigger
    where not coalesce(fired.is_held_out, false)
),

last_triggers as (
    select
        account_id,
        max(as_of_date) as last_triggered_date
    from triggers
    group by account_id
),

open_triggers as (
    select
        responses.account_id,
        responses.as_of_date,
        responses.trigger,
        responses.playbook,
        responses.due_date,
        triggers.sentence,
        row_number() over (
            partition by responses.account_id
            order by responses.due_date, responses.as_of_date, responses.trigger
        ) as place,
        count(*) over (partition by responses.account_id) as n_open_triggers,
        max(case when triggers.is_instant then 1 else 0 end)
            over (partition by responses.account_id) as has_instant,
        min(responses.as_of_date) over (partition by responses.account_id) as open_since
    from {{ ref('fct_trigger_responses') }} as responses
    inner join triggers
        on
            responses.account_id = triggers.account_id
            and responses.as_of_date = triggers.as_of_date
            and responses.trigger = triggers.trigger
    where responses.response = 'open'
),

playbooks as (
    select * from {{ ref('playbooks') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

touches as (
    select * from {{ ref('fct_account_touches') }}
),

tiers as (
    select * from {{ ref('tiers') }}
),

snoozes as (
    select * from {{ ref('int_facts__snoozes') }}
),

judged as (
    select
        accounts.*,
        open_triggers.trigger,
        open_triggers.sentence as trigger_sentence,
        open_triggers.as_of_date as triggered_date,
        open_triggers.playbook,
        open_triggers.due_date as trigger_due_date,
        open_triggers.open_since,
        coalesce(open_triggers.n_open_triggers, 0) as n_open_triggers,
        touches.flagged_since,
        -- what fires on the day of the snooze was not known yet
        case
            when
                snoozes.until_date > accounts.as_of_date
                and coalesce(last_triggers.last_triggered_date < snoozes.snoozed_date, true)
                and coalesce(open_triggers.has_instant, 0) = 0
                then snoozes.until_date
        end as snoozed_until,
        touches.last_touch_date,
        touches.last_touch_type,
        touches.days_since_touch,
        touches.touch_every_days,
        touches.touch_due_date,
        {{ without_zero_decimals('cast(tiers.lower_bound as varchar)') }} || ' to '
        || {{ without_zero_decimals('cast(tiers.upper_bound as varchar)') }} as tier_range
    from accounts
    left join open_triggers
        on accounts.account_id = open_triggers.account_id and open_triggers.place = 1
    left join touches on accounts.account_id = touches.account_id
    left join tiers on accounts.tier = tiers.tier
    left join snoozes on accounts.account_id = snoozes.account_id
    left join last_triggers on accounts.account_id = last_triggers.account_id
),

listed as (
    select
        *,
        case
            when trigger is not null
                then 'On ' || cast(triggered_date as varchar) || ': ' || trigger_sentence
            when flagged_since is not null
                then
                    'In band ' || replace(band, '_', ' ')
                    || ', flagged since ' || cast(flagged_since as varchar)
                    || coalesce(
                        ', last touch ' || cast(days_since_touch as varchar) || ' days ago',
                        ', no touch on record'
                    )
            when last_touch_date is null then 'No touch on record'
            else
                'Last touch ' || cast(days_since_touch as varchar) || ' days ago; with a health of '
                || tier_range || ' (tier ' || cast(tier as varchar) || ') one is due every '
                || cast(touch_every_days as varchar) || ' days'
        end as reason,
        case when touch_due_date <= as_of_date then touch_due_date end as touch_overdue_since,
        -- of what the reason says
        coalesce(trigger_due_date, touch_due_date) as due_date
    from judged
    where trigger is not null or touch_due_date <= as_of_date
),

placed as (
    select
        *,
        row_number() over (
            partition by csm_owner_id
            order by
                snoozed_until asc nulls first,
                expected_arr_loss_90d desc nulls last,
                tier asc nulls last,
                arr desc nulls last,
                account_id asc
        ) as place
    from listed
),

final as (
    select
        placed.account_id,
        placed.crm_account_id,
        placed.account_name,
        placed.csm_owner_id,
        placed.as_of_date,
        placed.place,
        placed.snoozed_until is null
        and placed.place <= thresholds.worklist_accounts_per_csm as is_for_today,
        placed.reason,
        placed.trigger,
        placed.n_open_triggers,
        playbooks.name as play,
        playbooks.next_step,
        placed.due_date,
        {{ days_between(
            'least(
                coalesce(placed.open_since, placed.touch_overdue_since),
                coalesce(placed.touch_overdue_since, placed.open_since)
            )',
            'placed.as_of_date'
        ) }} as days_on_list,
        placed.snoozed_until,
        placed.tier,
        placed.health_score,
        placed.band,
        placed.effective_band,
        placed.effective_band_by,
        placed.effective_band_reason,
        placed.momentum,
        placed.churn_probability_90d,
        placed.expected_arr_loss_90d,
        placed.arr,
        placed.renewal_date,
        placed.days_to_renewal,
        placed.driver_1_sentence,
        placed.driver_2_sentence,
        placed.driver_3_sentence,
        placed.told_sentence,
        placed.alert_sentence,
        placed.last_touch_date,
        placed.last_touch_type
    from placed
    cross join thresholds
    left join playbooks on placed.playbook = playbooks.playbook
)

select * from final
