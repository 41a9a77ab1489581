{#- Overrides that disagree with the score, and what became of their accounts, beside accounts that
    were in the same band in a month without an override. -#}
{% set rank = "case {} when 'red' then 1 when 'amber' then 2 when 'green' then 3 end" %}
{#- no month end is further away, on a weekly grid either -#}
{% set days_to_month_end = 35 %}

with outcomes as (
    select * from {{ ref('int_evidence__scored_outcomes') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

effective_bands as (
    select * from {{ ref('fct_effective_bands') }}
    where override_id is not null
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

observed as (
    select
        outcomes.account_id,
        outcomes.as_of_date,
        outcomes.band,
        cast(outcomes.is_churned as integer) as churned
    from outcomes
    inner join thresholds on outcomes.horizon_days = thresholds.fit_horizon_days
    inner join scorecards on outcomes.scorecard = scorecards.scorecard
),

-- as it was set: a score that comes round to it later proves it right
first_days as (
    select
        override_id,
        account_id,
        from_date,
        band,
        {{ rank.format('override_verdict') }} - {{ rank.format('score_verdict') }} as difference,
        row_number() over (partition by override_id order by from_date) as place
    from effective_bands
),

-- at the first month end from then on, whether or not it still holds
followed as (
    select
        first_days.override_id,
        first_days.account_id,
        first_days.band,
        case when first_days.difference > 0 then 'up' else 'down' end as direction,
        min_by(observed.churned, observed.as_of_date) as churned
    from first_days
    inner join observed
        on
            first_days.account_id = observed.account_id
            and first_days.from_date <= observed.as_of_date
            and {{ add_days('first_days.from_date', days_to_month_end) }} > observed.as_of_date
    where first_days.place = 1 and first_days.difference <> 0
    group by
        first_days.override_id, first_days.account_id, first_days.band, first_days.difference
),

others as (
    select
        observed.band,
        count(*) as n,
        count(distinct observed.account_id) as n_accounts,
        sum(observed.churned) as n_churned
    from observed
    left join effective_bands
        on
            observed.account_id = effective_bands.account_id
            and observed.as_of_date >= effective_bands.from_date
            and (
                effective_bands.until_date is null
                or effective_bands.until_date
                > {{ add_days('observed.as_of_date', -days_to_month_end) }}
            )
    where effective_bands.override_id is null
    group by observed.band
),

-- a band in which everybody was overridden has nobody to compare with
accounts as (
    select
        followed.direction,
        count(distinct followed.account_id) as n_accounts
    from followed
    inner join others on followed.band = others.band
    group by followed.direction
),

overridden as (
    select
        direction,
        band,
        count(*) as n_overrides,
        sum(churned) as n_churned
    from followed
    group by direction, band
),

final as (
    select
        overridden.direction,
        overridden.band,
        overridden.n_overrides,
        coalesce(accounts.n_accounts, 0) as n_accounts,
        overridden.n_churned,
        coalesce(others.n, 0) as n_others,
        coalesce(others.n_accounts, 0) as n_other_accounts,
        coalesce(others.n_churned, 0) as n_others_churned
    from overridden
    left join accounts on overridden.direction = accounts.direction
    left join others on overridden.band = others.band
)

select * from final
