{#- Overrides that disagree with the score, and what became of their accounts, beside accounts that
    were in the same band without an override. -#}
{% set rank = "case {} when 'red' then 1 when 'amber' then 2 when 'green' then 3 end" %}

with outcomes as (
    select * from {{ ref('int_evidence__scored_outcomes') }}
),

scorecards as (
    select * from {{ ref('scorecards') }}
    where role = 'production'
),

verdicts as (
    select * from {{ ref('int_policy__verdicts') }}
),

overrides as (
    select * from {{ ref('int_facts__judgements') }}
    where kind = 'override'
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

observed as (
    select
        outcomes.account_id,
        outcomes.band,
        cast(outcomes.is_churned as integer) as churned,
        overrides.judgement_id,
        {{ rank.format('overrides.verdict') }}
        - {{ rank.format('verdicts.verdict') }} as difference,
        row_number() over (
            partition by overrides.judgement_id order by outcomes.as_of_date
        ) as place
    from outcomes
    inner join thresholds on outcomes.horizon_days = thresholds.fit_horizon_days
    inner join scorecards on outcomes.scorecard = scorecards.scorecard
    inner join verdicts on outcomes.band = verdicts.band
    left join overrides
        on
            outcomes.account_id = overrides.account_id
            and outcomes.as_of_date >= overrides.from_date
            and outcomes.as_of_date < overrides.until_date
),

-- each once, as the first month end found it
directed as (
    select
        account_id,
        band,
        churned,
        case when difference > 0 then 'up' else 'down' end as direction
    from observed
    where place = 1 and judgement_id is not null and difference <> 0
),

accounts as (
    select
        direction,
        count(distinct account_id) as n_accounts
    from directed
    group by direction
),

overridden as (
    select
        direction,
        band,
        count(*) as n_overrides,
        sum(churned) as n_churned
    from directed
    group by direction, band
),

others as (
    select
        band,
        count(*) as n,
        count(distinct account_id) as n_accounts,
        sum(churned) as n_churned
    from observed
    where judgement_id is null
    group by band
),

final as (
    select
        overridden.direction,
        overridden.band,
        overridden.n_overrides,
        accounts.n_accounts,
        overridden.n_churned,
        coalesce(others.n, 0) as n_others,
        coalesce(others.n_accounts, 0) as n_other_accounts,
        coalesce(others.n_churned, 0) as n_others_churned
    from overridden
    inner join accounts on overridden.direction = accounts.direction
    left join others on overridden.band = others.band
)

select * from final
