{#- What people act on: the score's band, unless people say otherwise. The score stays as it is. -#}
{#- a day's band holds until the next one, on a weekly grid for a week -#}
{% set days_to_next = 7 %}
{% set rank = "case {} when 'red' then 1 when 'amber' then 2 when 'green' then 3 end" %}

with scores as (
    select
        *,
        lag(as_of_date) over (partition by account_id order by as_of_date) as date_before,
        lag(band) over (partition by account_id order by as_of_date) as band_before,
        lead(as_of_date) over (partition by account_id order by as_of_date) as next_date
    from {{ ref('fct_health_scores') }}
    where scorecard_role = 'production'
),

judgements as (
    select * from {{ ref('int_facts__judgements') }}
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
    {% for relation in ['spells', 'judgements'] %}
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
        overlays.judged_date as assessed_date,
        overlays.champion_status,
        overlays.engagement_status,
        overlays.outcome_narrative,
        overlays.verdict as overlay_verdict,
        overlays.sentence as overlay_sentence,
        overrides.judgement_id as override_id,
        overrides.verdict as override_verdict,
        overrides.reason_code as override_reason_code,
        overrides.author_id as override_author_id,
        overrides.expiry_date as override_expiry_date,
        overrides.sentence as override_sentence,
        -- one word lowers the band, only all three raise it; no band counts as amber
        case
            when
                {{ rank.format('overlays.verdict') }}
                <= coalesce({{ rank.format('score_verdicts.verdict') }}, 2)
                or (
                    overlays.champion_status is not null
                    and overlays.engagement_status is not null
                    and overlays.outcome_narrative is not null
                )
                then overlays.verdict
        end as counted_verdict
    from periods
    inner join clock on periods.from_date <= clock.as_of_date
    inner join spells
        on
            periods.account_id = spells.account_id
            and periods.from_date >= spells.from_date
            and periods.from_date < spells.until_date
    {% for kind in ['overlay', 'override'] %}
        left join judgements as {{ kind }}s
            on
                periods.account_id = {{ kind }}s.account_id
                and periods.from_date >= {{ kind }}s.from_date
                and periods.from_date < {{ kind }}s.until_date
                and {{ kind }}s.kind = '{{ kind }}'
    {% endfor %}
    left join verdicts as score_verdicts on spells.band = score_verdicts.band
),

decided as (
    select
        *,
        coalesce(override_verdict, counted_verdict, score_verdict) as effective_verdict,
        case
            when override_verdict is not null then 'override'
            when counted_verdict <> coalesce(score_verdict, 'unknown') then 'overlay'
            else 'score'
        end as decided_by
    from judged
),

final as (
    select
        decided.account_id,
        decided.from_date,
        decided.until_date,
        decided.band,
        decided.score_verdict,
        decided.assessed_date,
        decided.champion_status,
        decided.engagement_status,
        decided.outcome_narrative,
        decided.overlay_verdict,
        decided.override_id,
        decided.override_verdict,
        decided.override_reason_code,
        decided.override_author_id,
        decided.override_expiry_date,
        case
            when decided.effective_verdict = decided.score_verdict then decided.band
            else coalesce(people.band, decided.band)
        end as effective_band,
        decided.effective_verdict,
        decided.decided_by,
        case decided.decided_by
            when 'override'
                then
                    decided.override_sentence
                    || ', until ' || cast(decided.override_expiry_date as varchar)
            when 'overlay' then decided.overlay_sentence
        end as effective_reason
    from decided
    left join verdicts as people
        on decided.effective_verdict = people.verdict and people.stands_for_verdict
)

select * from final
