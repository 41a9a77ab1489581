{#- When each customer was last spoken with, and by when it is due again. -#}
{#- what the words of tiers.csv mean, in days -#}
{% set cadence_days = {'daily': 1, 'weekly': 7, 'biweekly': 14, 'monthly': 30, 'quarterly': 90} %}
{% set never = 99999 %}

with accounts as (
    select * from {{ ref('account_health') }}
    where customer_status = 'customer'
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

touches as (
    select
        account_id,
        max(activity_date) as last_touch_date,
        -- of several on that day the weightiest: qbr, meeting, call
        max_by(activity_type, cast(activity_date as varchar) || activity_type) as last_touch_type
    from {{ ref('int_facts__touches') }}
    group by account_id
),

unflagged as (
    select
        account_id,
        max(as_of_date) as last_unflagged_date
    from scores
    where not coalesce(is_flagged, false)
    group by account_id
),

flags as (
    select
        scores.account_id,
        min(scores.as_of_date) as flagged_since
    from scores
    left join unflagged on scores.account_id = unflagged.account_id
    where
        unflagged.last_unflagged_date is null
        or scores.as_of_date > unflagged.last_unflagged_date
    group by scores.account_id
),

judged as (
    select
        accounts.account_id,
        accounts.as_of_date,
        flags.flagged_since,
        touches.last_touch_date,
        touches.last_touch_type,
        {{ days_between('touches.last_touch_date', 'accounts.as_of_date') }} as days_since_touch,
        nullif(
            least(
                case accounts.cadence
                    {% for cadence, days in cadence_days.items() %}
                        when '{{ cadence }}' then {{ days }}
                    {% endfor %}
                    else {{ never }}
                end,
                case
                    when flags.flagged_since is null then {{ never }}
                    else cast(thresholds.flagged_touch_days as integer)
                end
            ),
            {{ never }}
        ) as touch_every_days
    from accounts
    cross join thresholds
    left join flags on accounts.account_id = flags.account_id
    left join touches on accounts.account_id = touches.account_id
),

final as (
    select
        *,
        case
            when last_touch_date is null then as_of_date
            else {{ add_days('last_touch_date', 'touch_every_days') }}
        end as touch_due_date
    from judged
)

select * from final
