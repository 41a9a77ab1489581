{#- What a quarter was expected to keep, and what it kept: of the customers at a month's end, over
    the 90 days after it. -#}

with scores as (
    select * from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production' and {{ is_month_end('as_of_date') }}
),

risk as (
    select * from {{ ref('fct_churn_risk') }}
),

models as (
    select
        valid_from,
        max(interval_factor) as interval_factor
    from {{ ref('int_risk__fits') }}
    group by valid_from
),

outcomes as (
    select * from {{ ref('fct_outcomes') }}
    where horizon_days = 90
),

spine as (
    select * from {{ ref('int_spine__account_days') }}
),

customers as (
    select
        scores.account_id,
        scores.as_of_date,
        scores.segment,
        scores.band,
        spine.arr,
        outcomes.is_churned,
        outcomes.matured_date,
        risk.churn_probability_90d as probability,
        models.interval_factor,
        risk.churn_probability_90d_high - risk.churn_probability_90d_low as probability_width
    from scores
    inner join spine
        on
            scores.account_id = spine.account_id
            and scores.as_of_date = spine.as_of_date
    left join risk
        on
            scores.account_id = risk.account_id
            and scores.as_of_date = risk.as_of_date
    left join models on risk.risk_model_from = models.valid_from
    left join outcomes
        on
            scores.account_id = outcomes.account_id
            and scores.as_of_date = outcomes.as_of_date
    where spine.is_in_service and spine.arr is not null
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
changed as (
    select
        customers.*,
        case when customers.is_churned then customers.arr when not customers.is_churned then 0 end
            as churned_arr,
        case
            when customers.is_churned then 0
            when not customers.is_churned
                then greatest(customers.arr - coalesce(later.arr, customers.arr), 0)
        end as contracted_arr,
        case
            when customers.is_churned then 0
            when not customers.is_churned
                then greatest(coalesce(later.arr, customers.arr) - customers.arr, 0)
        end as expanded_arr
    from customers
    left join later
        on
            customers.account_id = later.account_id
            and customers.as_of_date = later.as_of_date
),

-- sums of money are exact, whatever order they are made in
grouped as (
    {% for segment, band in [("'all'", "'all'"), ('segment', "'all'"), ("'all'", 'band')] %}
        select
            as_of_date,
            {{ segment }} as segment,
            {{ band }} as band,
            count(*) as n_accounts,
            cast(sum({{ money('arr') }}) as double) as arr,
            cast(sum({{ money('arr * probability') }}) as double) as expected_churned_arr,
            sqrt(
                sum({{ money(
                    'power(interval_factor * arr, 2) * probability * (1 - probability)'
                ) }})
                + power(sum({{ money('arr * probability_width') }}) / 2, 2)
            ) as expected_margin,
            count(is_churned) as n_matured,
            count(case when is_churned then 1 end) as n_churned,
            cast(
                sum(case when is_churned is not null then {{ money('arr') }} end) as double
            ) as matured_arr,
            cast(sum({{ money('churned_arr') }}) as double) as churned_arr,
            cast(sum({{ money('contracted_arr') }}) as double) as contracted_arr,
            cast(sum({{ money('expanded_arr') }}) as double) as expanded_arr,
            max(matured_date) as matured_date
        from changed
        group by as_of_date{{ ', segment' if segment == 'segment' }}{{ ', band' if band == 'band' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- how much customers who stay take off and add is expected to go on as in the year before
usual as (
    select
        months.as_of_date,
        sum(earlier.contracted_arr) / nullif(sum(earlier.matured_arr), 0) as contracted_share,
        sum(earlier.expanded_arr) / nullif(sum(earlier.matured_arr), 0) as expanded_share
    from grouped as months
    inner join grouped as earlier
        on
            months.segment = earlier.segment
            and months.band = earlier.band
            and months.as_of_date >= earlier.matured_date
            and {{ add_days('months.as_of_date', -365) }} < earlier.matured_date
    where months.segment = 'all' and months.band = 'all'
    group by months.as_of_date
),

final as (
    select
        grouped.as_of_date,
        grouped.segment,
        grouped.band,
        grouped.n_accounts,
        round(grouped.arr, 2) as arr,
        round(grouped.expected_churned_arr, 2) as expected_churned_arr,
        -- no expectation, no limits
        case
            when grouped.expected_churned_arr > grouped.expected_margin
                then round(grouped.expected_churned_arr - grouped.expected_margin, 2)
            when grouped.expected_churned_arr is not null then 0
        end as expected_churned_arr_low,
        case
            when grouped.expected_churned_arr + grouped.expected_margin < grouped.arr
                then round(grouped.expected_churned_arr + grouped.expected_margin, 2)
            when grouped.expected_churned_arr is not null then round(grouped.arr, 2)
        end as expected_churned_arr_high,
        round(
            1 - grouped.expected_churned_arr / nullif(grouped.arr, 0) - usual.contracted_share, 4
        ) as expected_gross_retention,
        round(
            1 - grouped.expected_churned_arr / nullif(grouped.arr, 0) - usual.contracted_share
            + usual.expanded_share,
            4
        ) as expected_net_retention,
        grouped.n_churned,
        round(grouped.churned_arr, 2) as churned_arr,
        round(grouped.contracted_arr, 2) as contracted_arr,
        round(grouped.expanded_arr, 2) as expanded_arr,
        round(
            1 - (grouped.churned_arr + grouped.contracted_arr) / nullif(grouped.matured_arr, 0), 4
        ) as gross_retention,
        round(
            1
            - (grouped.churned_arr + grouped.contracted_arr - grouped.expanded_arr)
            / nullif(grouped.matured_arr, 0),
            4
        ) as net_retention
    from grouped
    left join usual on grouped.as_of_date = usual.as_of_date
)

select * from final
