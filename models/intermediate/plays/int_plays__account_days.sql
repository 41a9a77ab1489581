{#- What effects of plays are computed from, each row with how the account stood and what became of
    it: triggers that chance could hold out, and plays that people chose, with account-days without
    one that they can be matched with. -#}
{#- on a weekly grid a score is compared with that of the last Sunday before the days -#}
{% set score_days = {30: 35, 90: 91} if var('history_grain') == 'week' else {30: 30, 90: 90} %}

with scores as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as month_start_date
    from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and band <> 'insufficient data'
),

churn_risk as (
    select * from {{ ref('fct_churn_risk') }}
),

account_days as (
    select * from {{ ref('int_spine__account_days') }}
),

triggers as (
    select * from {{ ref('fct_playbook_triggers') }}
),

responses as (
    select * from {{ ref('fct_trigger_responses') }}
),

runs as (
    select distinct
        account_id,
        playbook,
        started_date
    from {{ ref('int_facts__play_runs') }}
),

term_ends as (
    select * from {{ ref('int_outcomes__term_ends') }}
    where outcome = 'churned' or counts_as_churn
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

scored_days as (
    select
        scores.account_id,
        scores.as_of_date,
        scores.month_start_date,
        scores.health_score,
        scores.band,
        scores.change_30d,
        scores.change_90d,
        account_days.day_number,
        account_days.segment,
        account_days.arr,
        account_days.days_to_renewal
    from scores
    inner join account_days
        on
            scores.account_id = account_days.account_id
            and scores.as_of_date = account_days.as_of_date
),

drawn as (
    select
        'held out' as comparison,
        triggers.trigger as play,
        not triggers.is_held_out as is_played,
        triggers.holdout_share,
        case when exists (select 1 from runs) then responses.play_started_date is not null end
            as has_run,
        scored_days.*
    from triggers
    inner join responses
        on
            triggers.account_id = responses.account_id
            and triggers.as_of_date = responses.as_of_date
            and triggers.trigger = responses.trigger
    inner join scored_days
        on
            triggers.account_id = scored_days.account_id
            and triggers.as_of_date = scored_days.as_of_date
    where triggers.holdout_share > 0
),

-- a play that follows another shows the effect of both
first_runs as (
    select runs.*
    from runs
    cross join thresholds
    left join runs as earlier
        on
            runs.account_id = earlier.account_id
            and runs.started_date > earlier.started_date
            and {{ add_days('runs.started_date', '-thresholds.play_quiet_days') }}
            <= earlier.started_date
    where earlier.account_id is null
),

-- on a weekly grid a play counts from the Sunday before it
chosen as (
    select
        'matched' as comparison,
        first_runs.playbook as play,
        true as is_played,
        cast(null as double) as holdout_share,
        cast(null as boolean) as has_run,
        scored_days.*
    from scored_days
    inner join first_runs
        on
            scored_days.account_id = first_runs.account_id
            {% if var('history_grain') == 'week' %}
                and scored_days.as_of_date <= first_runs.started_date
                and {{ add_days('scored_days.as_of_date', 7) }} > first_runs.started_date
            {% else %}
                and scored_days.as_of_date = first_runs.started_date
            {% endif %}
),

cells as (
    select distinct
        month_start_date,
        segment,
        band
    from chosen
),

-- Sundays are enough, and every grid has them; what gets a play later stays in
not_chosen as (
    select
        'matched' as comparison,
        cast(null as varchar) as play,
        false as is_played,
        cast(null as double) as holdout_share,
        cast(null as boolean) as has_run,
        scored_days.*
    from scored_days
    inner join cells
        on
            scored_days.month_start_date = cells.month_start_date
            and scored_days.segment = cells.segment
            and scored_days.band = cells.band
    cross join thresholds
    left join runs
        on
            scored_days.account_id = runs.account_id
            and scored_days.as_of_date >= runs.started_date
            and {{ add_days('scored_days.as_of_date', '-thresholds.play_quiet_days') }}
            <= runs.started_date
    where mod(scored_days.day_number, 7) = 6 and runs.account_id is null
),

compared as (
    select * from drawn
    union all
    select * from chosen
    union all
    select * from not_chosen
),

compared_days as (
    select distinct
        account_id,
        as_of_date
    from compared
),

-- the first one after the day: who came back may leave again
losses as (
    select
        compared_days.account_id,
        compared_days.as_of_date,
        min(term_ends.ended_date) as lost_date,
        min_by(term_ends.counts_as_churn, term_ends.ended_date) as counts_as_churn
    from compared_days
    inner join term_ends
        on
            compared_days.account_id = term_ends.account_id
            and compared_days.as_of_date < term_ends.ended_date
    group by compared_days.account_id, compared_days.as_of_date
),

final as (
    select
        compared.comparison,
        compared.play,
        compared.account_id,
        compared.as_of_date,
        compared.is_played,
        compared.holdout_share,
        compared.has_run,
        compared.month_start_date,
        compared.segment,
        compared.band,
        compared.arr,
        compared.health_score,
        compared.change_30d,
        compared.change_90d,
        churn_risk.churn_probability_90d,
        compared.days_to_renewal,
        {% for days, later_days in score_days.items() %}
            after_{{ days }}d.change_{{ days }}d as score_change_{{ days }}d,
            case
                when {{ add_days('compared.as_of_date', later_days) }} <= clock.as_of_date
                    then after_{{ days }}d.change_{{ days }}d is not null
            end as is_scored_{{ days }}d,
        {% endfor %}
        {% for days in [90, 180] %}
            -- as late as labels, and where no source tells who has left nobody is known to have
            case
                when
                    {{ add_days(
                        'compared.as_of_date',
                        days ~ ' + greatest(thresholds.renewal_grace_days, '
                        ~ 'thresholds.missing_row_days)'
                    ) }} > clock.as_of_date
                    or not exists (select 1 from term_ends)
                    then null
                when losses.lost_date is null then false
                when {{ add_days('compared.as_of_date', days) }} < losses.lost_date then false
                when losses.counts_as_churn then true
            end as is_lost_{{ days }}d{% if not loop.last %},{% endif %}
        {% endfor %}
    from compared
    cross join clock
    cross join thresholds
    left join churn_risk
        on
            compared.account_id = churn_risk.account_id
            and compared.as_of_date = churn_risk.as_of_date
    {% for days, later_days in score_days.items() %}
        left join scores as after_{{ days }}d
            on
                compared.account_id = after_{{ days }}d.account_id
                and {{ add_days('compared.as_of_date', later_days) }}
                = after_{{ days }}d.as_of_date
    {% endfor %}
    left join losses
        on
            compared.account_id = losses.account_id
            and compared.as_of_date = losses.as_of_date
)

select * from final
