{#- Where people and the score disagree about an account, since when and in which direction. -#}
{% set rank = "case {} when 'red' then 1 when 'amber' then 2 when 'green' then 3 end" %}

with periods as (
    select
        *,
        {{ rank.format('overlay_verdict') }} - {{ rank.format('score_verdict') }} as difference
    from {{ ref('fct_effective_bands') }}
),

directed as (
    select
        *,
        case
            when difference < 0 then 'people see worse'
            when difference > 0 then 'people see better'
        end as divergence
    from periods
    where difference <> 0
),

numbered as (
    select
        *,
        case
            when
                from_date = lag(until_date) over account_periods
                and divergence = lag(divergence) over account_periods
                then 0
            else 1
        end as is_first
    from directed
    window account_periods as (partition by account_id order by from_date)
),

spells as (
    select
        *,
        sum(is_first) over (
            partition by account_id order by from_date rows unbounded preceding
        ) as spell
    from numbered
),

placed as (
    select
        *,
        min(from_date) over (partition by account_id, spell) as began_date,
        row_number() over (partition by account_id, spell order by from_date desc) as place
    from spells
),

-- as it stands, or stood last
final as (
    select
        account_id,
        divergence,
        began_date,
        until_date as ended_date,
        band,
        score_verdict,
        overlay_verdict,
        champion_status,
        engagement_status,
        outcome_narrative,
        assessed_date
    from placed
    where place = 1
)

select * from final
