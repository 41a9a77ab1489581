{#- What owners say of their accounts in words, and how long it holds: until they say something
    newer, or the policy's days are over. -#}
{% set aspects = ['champion_status', 'engagement_status', 'outcome_narrative'] %}

with assessments as (
    select
        *,
        cast(assessed_at as date) as assessed_date
    from {{ ref('stg_crm__csm_assessments') }}
    where coalesce({{ aspects | join(', ') }}) is not null
),

words as (
    select
        *,
        case verdict when 'red' then 1 when 'amber' then 2 else 3 end as verdict_rank
    from {{ ref('overlay_words') }}
),

thresholds as (
    select * from {{ ref('int_policy__thresholds') }}
),

clock as (
    select * from {{ ref('stg_calendar__clock') }}
),

told as (
    select
        assessments.*,
        max(assessments.assessed_at) over (
            partition by assessments.account_id
            order by assessments.known_date, assessments.assessed_at, assessments.assessment_id
        ) as newest_assessed_at
    from assessments
    inner join clock on assessments.known_date <= clock.as_of_date
),

-- one that is older than what was known already never holds
dated as (
    select
        *,
        lead(known_date) over (
            partition by account_id order by known_date, assessed_at, assessment_id
        ) as next_known_date
    from told
    where assessed_at = newest_assessed_at
),

judged as (
    select
        dated.*,
        least(
            {{ add_days('dated.assessed_date', 'thresholds.overlay_expiry_days') }},
            dated.next_known_date
        ) as until_date,
        least(
            {% for aspect in aspects %}
                {{ aspect }}_words.verdict_rank{% if not loop.last %},{% endif %}
            {% endfor %}
        ) as worst_rank
    from dated
    cross join thresholds
    {% for aspect in aspects %}
        left join words as {{ aspect }}_words
            on
                {{ aspect }}_words.aspect = '{{ aspect }}'
                and dated.{{ aspect }} = {{ aspect }}_words.word
    {% endfor %}
),

final as (
    select
        assessment_id,
        account_id,
        assessed_date,
        known_date as from_date,
        until_date,
        champion_status,
        engagement_status,
        outcome_narrative,
        case worst_rank when 1 then 'red' when 2 then 'amber' when 3 then 'green' end
            as overlay_verdict,
        {% for aspect, name in [
            ('champion_status', 'champion'), ('engagement_status', 'engagement'),
            ('outcome_narrative', 'outcome narrative'),
        ] %}
            {% if not loop.first %}|| ', ' ||{% endif %}
            coalesce('{{ name }} ' || replace({{ aspect }}, '_', ' '), '{{ name }} not said')
        {% endfor %} as overlay_sentence
    from judged
    where known_date < until_date
)

select * from final
