{% set alert_days = policy_number('drop_alert_days') | int %}
{% set momentum_days = policy_number('momentum_days') | int %}

with accounts as (
    select * from {{ ref('dim_accounts') }}
),

history as (
    select * from {{ ref('fct_health_scores') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ in_window('as_of_date') }}
),

account_drivers as (
    select * from {{ ref('account_drivers') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

churn_risk as (
    select * from {{ ref('fct_churn_risk') }}
    where {{ in_window('as_of_date') }}
),

reconciliation as (
    select * from {{ ref('int_monitoring__reconciliation') }}
),

freshness as (
    select * from {{ ref('int_monitoring__freshness') }}
),

tiers as (
    select * from {{ ref('tiers') }}
),

effective_bands as (
    select * from {{ ref('fct_effective_bands') }}
    where until_date is null
),

today as (
    select scores.*
    from scores
    inner join accounts
        on scores.account_id = accounts.account_id and scores.as_of_date = accounts.as_of_date
),

ranked as (
    select
        *,
        row_number() over (
            partition by account_id, said_by order by abs(points) desc, metric asc
        ) as told_rank
    from account_drivers
),

-- what costs most against peers of what we see, and the strongest of what people tell us
drivers as (
    select
        account_id,
        {% for rank in [1, 2, 3] %}
            {% set place = "case when said_by = 'data' and effect = 'lowers' and driver_rank = "
                ~ rank %}
            max({{ place }} then metric end) as driver_{{ rank }},
            max({{ place }} then round(points, 1) end) as driver_{{ rank }}_points,
            max({{ place }} then sentence end) as driver_{{ rank }}_sentence,
        {% endfor %}
        max(case when said_by = 'people' and told_rank = 1 then sentence end) as told_sentence
    from ranked
    group by account_id
),

alerted as (
    select * from today
    where is_drop_alert or is_rapid_decline
),

-- the row that the change was measured against
past_scores as (
    select
        history.*,
        row_number() over (
            partition by history.account_id order by history.as_of_date desc
        ) as days_back
    from history
    inner join alerted
        on history.scorecard = alerted.scorecard and history.account_id = alerted.account_id
    where
        history.as_of_date
        between {{ add_days('alerted.as_of_date', -alert_days - 6) }}
        and {{ add_days('alerted.as_of_date', -alert_days) }}
),

falls as (
    {% for dimension in dimensions() %}
        select
            alerted.account_id,
            '{{ dimension }}' as dimension,
            round(past_scores.{{ dimension }}_score) as score_before,
            round(alerted.{{ dimension }}_score) as score_now
        from alerted
        inner join past_scores on alerted.account_id = past_scores.account_id
        where past_scores.days_back = 1
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

fallen as (
    select
        falls.account_id,
        {{ dbt.listagg(
            "dimension || ' from ' || cast(cast(score_before as integer) as varchar) || ' to '"
            ~ " || cast(cast(score_now as integer) as varchar)",
            "', '", 'order by score_before - score_now desc, dimension'
        ) }} as fallen_dimensions
    from falls
    cross join thresholds
    where falls.score_now < falls.score_before - thresholds.momentum_stable_points
    group by falls.account_id
),

alerts as (
    select
        alerted.account_id,
        'Fell by ' || cast(abs(alerted.change_{{ alert_days }}d) as varchar)
        || ' points in {{ alert_days }} days: '
        || coalesce(
            fallen.fallen_dimensions,
            'no dimension fell so far, but weights or what is known changed'
        )
        || case
            when alerted.momentum = 'improving'
                then
                    '; called improving since it is up by '
                    || cast(alerted.change_{{ momentum_days }}d as varchar)
                    || ' points in {{ momentum_days }} days'
            else ''
        end as alert_sentence
    from alerted
    left join fallen on alerted.account_id = fallen.account_id
),

-- usage is low: does the customer still care?
situations as (
    select
        today.account_id,
        cast(cast(round(today.usage_score) as integer) as varchar) as usage_points,
        cast(cast(round(today.engagement_score) as integer) as varchar) as engagement_points,
        case
            when today.engagement_score < thresholds.low_dimension_score then 'very high risk'
            when today.engagement_score >= thresholds.high_dimension_score then 're-onboard'
        end as situation
    from today
    cross join thresholds
    where
        today.band <> 'insufficient data'
        and today.usage_score < thresholds.low_dimension_score
),

systems as (
    select
        source_name,
        sum(n_accepted) as n_accepted
    from reconciliation
    group by source_name
),

absent as (
    select
        {{ dbt.listagg(
            'case when n_accepted = 0 then source_name end', "', '", 'order by source_name'
        ) }} as absent_sources
    from systems
),

stale as (
    select
        {{ dbt.listagg(
            "case when status in ('warn', 'fail') then source_name || '.' || table_name end",
            "', '", 'order by source_name, table_name'
        ) }} as stale_sources
    from freshness
),

final as (
    select
        accounts.account_id,
        accounts.crm_account_id,
        accounts.account_name,
        accounts.segment,
        accounts.lifecycle_stage,
        accounts.custom_fields,
        accounts.csm_owner_id,
        accounts.customer_status,
        accounts.arr,
        accounts.seats,
        accounts.renewal_date,
        accounts.days_to_renewal,
        accounts.as_of_date,
        today.health_score,
        case
            when today.account_id is null then 'not scored'
            else today.band
        end as band,
        case
            when today.account_id is null then 'not scored'
            else effective_bands.effective_band
        end as effective_band,
        effective_bands.decided_by as effective_band_by,
        effective_bands.effective_reason as effective_band_reason,
        today.score_label,
        today.momentum,
        today.momentum_arrow,
        today.change_30d,
        today.change_90d,
        today.change_365d,
        coalesce(today.is_drop_alert, false) as is_drop_alert,
        coalesce(today.is_rapid_decline, false) as is_rapid_decline,
        alerts.alert_sentence,
        situations.situation,
        case situations.situation
            when 'very high risk'
                then
                    'Low usage (' || situations.usage_points || ') and low engagement ('
                    || situations.engagement_points || '): very high risk'
            when 're-onboard'
                then
                    'Low usage (' || situations.usage_points || ') with high engagement ('
                    || situations.engagement_points || '): onboard again'
        end as situation_sentence,
        {% for dimension in dimensions() %}
            today.{{ dimension }}_score,
        {% endfor %}
        {% for rank in [1, 2, 3] %}
            drivers.driver_{{ rank }},
            drivers.driver_{{ rank }}_points,
            drivers.driver_{{ rank }}_sentence,
        {% endfor %}
        drivers.told_sentence,
        today.health_score_low,
        today.health_score_high,
        today.account_coverage,
        today.scorecard_coverage,
        today.confidence,
        today.n_dimensions_imputed,
        case
            when today.account_id is null and accounts.customer_status = 'churned'
                then 'The last term ended; scores run up to last_scored_date in dim_accounts.'
            when today.account_id is null and accounts.customer_status = 'merged'
                then
                    'Merged into another account, which has its terms; see merged_into_account_id'
                    || ' and last_scored_date in dim_accounts.'
            when today.account_id is null and accounts.customer_status = 'not started'
                then 'The first term has not started.'
            when today.account_id is null
                then 'No contract term is on record.'
            when today.health_score is null and coalesce(today.account_coverage, 0) = 0
                then 'Nothing is known of the account in any connected source.'
            when
                today.health_score is null
                and today.account_coverage >= thresholds.minimum_coverage_share
                then 'The scorecard has no model yet: too few outcomes had matured by the day.'
            when today.band = 'insufficient data'
                then 'Too little of the scorecard is known; see account_coverage.'
        end as not_scored_reason,
        absent.absent_sources,
        stale.stale_sources,
        today.scorecard,
        today.weights_version,
        today.policy_version,
        today.band_rule,
        today.cohort_median_score,
        today.cohort_rank_share,
        tiers.tier,
        tiers.cadence,
        churn_risk.churn_probability_90d,
        churn_risk.churn_probability_90d_low,
        churn_risk.churn_probability_90d_high,
        churn_risk.expected_arr_loss_90d,
        churn_risk.no_probability_reason
    from accounts
    cross join thresholds
    cross join absent
    cross join stale
    left join today on accounts.account_id = today.account_id
    left join effective_bands on today.account_id = effective_bands.account_id
    left join drivers on accounts.account_id = drivers.account_id
    left join alerts on accounts.account_id = alerts.account_id
    left join situations on accounts.account_id = situations.account_id
    left join churn_risk
        on today.account_id = churn_risk.account_id and today.as_of_date = churn_risk.as_of_date
    left join tiers
        on
            today.band <> 'insufficient data'
            and today.health_score >= tiers.lower_bound
            and (
                today.health_score < tiers.upper_bound
                or (today.health_score = 100 and tiers.upper_bound = 100)
            )
)

select * from final
