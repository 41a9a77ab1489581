with accounts as (
    select * from {{ ref('dim_accounts') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ in_window('as_of_date') }}
),

contributions as (
    select * from {{ ref('fct_score_contributions') }}
    where {{ in_window('as_of_date') }}
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

today as (
    select scores.*
    from scores
    inner join accounts
        on scores.account_id = accounts.account_id and scores.as_of_date = accounts.as_of_date
),

-- the three metrics that cost the score most today
losses as (
    select
        contributions.account_id,
        contributions.component,
        contributions.points_lost,
        row_number() over (
            partition by contributions.account_id
            order by contributions.points_lost desc, contributions.component asc
        ) as loss_rank
    from contributions
    inner join today
        on
            contributions.scorecard = today.scorecard
            and contributions.account_id = today.account_id
            and contributions.as_of_date = today.as_of_date
    where contributions.component_type = 'metric' and contributions.points_lost > 0
),

drivers as (
    select
        account_id,
        {% for rank in [1, 2, 3] %}
            max(case when loss_rank = {{ rank }} then component end) as driver_{{ rank }},
            max(case when loss_rank = {{ rank }} then round(points_lost, 1) end)
                as driver_{{ rank }}_points_lost{% if not loop.last %},{% endif %}
        {% endfor %}
    from losses
    where loss_rank <= 3
    group by account_id
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
        today.score_label,
        today.momentum,
        today.momentum_arrow,
        today.change_30d,
        today.change_90d,
        today.change_365d,
        coalesce(today.is_drop_alert, false) as is_drop_alert,
        coalesce(today.is_rapid_decline, false) as is_rapid_decline,
        {% for dimension in dimensions() %}
            today.{{ dimension }}_score,
        {% endfor %}
        {% for rank in [1, 2, 3] %}
            drivers.driver_{{ rank }},
            drivers.driver_{{ rank }}_points_lost,
        {% endfor %}
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
                    'Merged into account ' || accounts.merged_into_account_id
                    || ', which has its terms; scores run up to last_scored_date in dim_accounts.'
            when today.account_id is null and accounts.customer_status = 'not started'
                then 'The first term has not started.'
            when today.account_id is null
                then 'No contract term is on record.'
            when today.health_score is null
                then 'Nothing is known of the account in any connected source.'
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
    cross join absent
    cross join stale
    left join today on accounts.account_id = today.account_id
    left join drivers on accounts.account_id = drivers.account_id
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
