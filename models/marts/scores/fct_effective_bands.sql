{#- What people act on: the score's band, unless people say otherwise. The score stays as it is. -#}
{#- a day's band holds until the next one, on a weekly grid for a week -#}
{% set days_to_next = 7 %}

with scores as (
    select
        *,
        lag(as_of_date) over (partition by account_id order by as_of_date) as date_before,
        lag(band) over (partition by account_id order by as_of_date) as band_before,
        lead(as_of_date) over (partition by account_id order by as_of_date) as next_date
    from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

overlays as (
    select * from {{ ref('int_facts__overlays') }}
),

verdicts as (
    select * from {{ ref('int_policy__verdicts') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

numbered as (
    select
        account_id,
        as_of_date,
        band,
        case
            when {{ days_between('as_of_date', 'next_date') }} <= {{ days_to_next }} then next_date
            else {{ add_days('as_of_date', 1) }}
        end as until_date,
        sum(
            case
                when
                    band = band_before
                    and {{ days_between('date_before', 'as_of_date') }} <= {{ days_to_next }}
                    then 0
                else 1
            end
        ) over (partition by account_id order by as_of_date rows unbounded preceding) as spell
    from scores
),

spells as (
    select
        account_id,
        band,
        min(as_of_date) as from_date,
        max(until_date) as until_date
    from numbered
    group by account_id, spell, band
),

changes as (
    {% for relation in ['spells', 'overlays'] %}
        {% for change_date in ['from_date', 'until_date'] %}
            select
                account_id,
                {{ change_date }} as change_date
            from {{ relation }}
            {{ 'union' if not loop.last }}
        {% endfor %}
        {{ 'union' if not loop.last }}
    {% endfor %}
),

periods as (
    select
        account_id,
        change_date as from_date,
        lead(change_date) over (partition by account_id order by change_date) as next_date
    from changes
),

judged as (
    select
        periods.account_id,
        periods.from_date,
        case when periods.next_date <= clock.as_of_date then periods.next_date end as until_date,
        spells.band,
        score_verdicts.verdict as score_verdict,
        overlays.assessed_date,
        overlays.champion_status,
        overlays.engagement_status,
        overlays.outcome_narrative,
        overlays.overlay_verdict,
        overlays.overlay_sentence
    from periods
    inner join clock on periods.from_date <= clock.as_of_date
    inner join spells
        on
            periods.account_id = spells.account_id
            and periods.from_date >= spells.from_date
            and periods.from_date < spells.until_date
    left join overlays
        on
            periods.account_id = overlays.account_id
            and periods.from_date >= overlays.from_date
            and periods.from_date < overlays.until_date
    left join verdicts as score_verdicts on spells.band = score_verdicts.band
),

final as (
    select
        judged.*,
        case
            when judged.overlay_verdict = judged.score_verdict then judged.band
            else coalesce(people.band, judged.band)
        end as effective_band,
        coalesce(judged.overlay_verdict, judged.score_verdict) as effective_verdict,
        case
            when judged.overlay_verdict <> coalesce(judged.score_verdict, 'unknown') then 'overlay'
            else 'score'
        end as decided_by
    from judged
    left join verdicts as people
        on judged.overlay_verdict = people.verdict and people.stands_for_verdict
)

select * from final
