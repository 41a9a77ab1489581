{#- The customers at the end of each month, and on the newest day: what they are worth, how healthy
    they are, and what became of them in the 90 days after it. -#}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

risk as (
    select * from {{ ref('fct_churn_risk') }}
),

outcomes as (
    select * from {{ ref('fct_outcomes') }}
    where horizon_days = 90
),

customers as (
    select
        spine.account_id,
        spine.as_of_date,
        {{ is_month_end('spine.as_of_date') }} as is_month_end,
        spine.segment,
        spine.lifecycle_stage,
        spine.csm_owner_id,
        spine.arr
    from spine
    cross join clock
    where
        spine.is_in_service
        and ({{ is_month_end('spine.as_of_date') }} or spine.as_of_date = clock.as_of_date)
),

-- on a weekly grid the last day before
later as (
    select
        customers.account_id,
        customers.as_of_date,
        max_by(spine.arr, spine.as_of_date) as arr
    from customers
    inner join spine
        on
            customers.account_id = spine.account_id
            and spine.as_of_date
            between {{ add_days('customers.as_of_date', 84) }}
            and {{ add_days('customers.as_of_date', 90) }}
    group by customers.account_id, customers.as_of_date
),

-- what became of each: only once its outcome has matured
final as (
    select
        customers.account_id,
        customers.as_of_date,
        customers.is_month_end,
        customers.segment,
        customers.lifecycle_stage,
        customers.csm_owner_id,
        scores.scorecard,
        scores.health_score,
        scores.band,
        scores.is_flagged,
        scores.account_coverage,
        customers.arr,
        risk.churn_probability_90d,
        risk.expected_arr_loss_90d,
        outcomes.matured_date,
        outcomes.is_churned,
        case when outcomes.is_churned is not null then customers.arr end as matured_arr,
        case
            when outcomes.is_churned then customers.arr
            when not outcomes.is_churned then 0
        end as churned_arr,
        case
            when outcomes.is_churned then 0
            when not outcomes.is_churned
                then greatest(customers.arr - coalesce(later.arr, customers.arr), 0)
        end as contracted_arr,
        case
            when outcomes.is_churned then 0
            when not outcomes.is_churned
                then greatest(coalesce(later.arr, customers.arr) - customers.arr, 0)
        end as expanded_arr
    from customers
    left join scores
        on
            customers.account_id = scores.account_id
            and customers.as_of_date = scores.as_of_date
    left join risk
        on
            customers.account_id = risk.account_id
            and customers.as_of_date = risk.as_of_date
    left join outcomes
        on
            customers.account_id = outcomes.account_id
            and customers.as_of_date = outcomes.as_of_date
    left join later
        on
            customers.account_id = later.account_id
            and customers.as_of_date = later.as_of_date
)

select * from final
