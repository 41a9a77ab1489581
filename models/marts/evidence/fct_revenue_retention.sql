{#- What a quarter was expected to keep, and what it kept: of the customers at a month's end, over
    the 90 days after it. -#}

with customers as (
    select * from {{ ref('fct_customer_months') }}
    where is_month_end and scorecard is not null and arr is not null
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

changed as (
    select
        customers.*,
        customers.churn_probability_90d as probability,
        models.interval_factor,
        risk.churn_probability_90d_high - risk.churn_probability_90d_low as probability_width
    from customers
    left join risk
        on
            customers.account_id = risk.account_id
            and customers.as_of_date = risk.as_of_date
    left join models on risk.risk_model_from = models.valid_from
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
            cast(sum({{ money('expected_arr_loss_90d') }}) as double) as expected_churned_arr,
            sqrt(
                sum({{ money(
                    'power(interval_factor * arr, 2) * probability * (1 - probability)'
                ) }})
                + power(sum({{ money('arr * probability_width') }}) / 2, 2)
            ) as expected_margin,
            count(is_churned) as n_matured,
            count(case when is_churned then 1 end) as n_churned,
            cast(sum({{ money('matured_arr') }}) as double) as matured_arr,
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
        {% for share in ['contracted', 'expanded'] %}
            cast(sum({{ money('earlier.' ~ share ~ '_arr') }}) as double)
            / nullif(cast(sum({{ money('earlier.matured_arr') }}) as double), 0)
                as {{ share }}_share{% if not loop.last %},{% endif %}
        {% endfor %}
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
