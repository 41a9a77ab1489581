{#- What people say of accounts beside the score, and how long it holds: until they say something
    newer, or it expires. -#}
{% set aspects = {
    'champion_status': 'champion',
    'engagement_status': 'engagement',
    'outcome_narrative': 'outcome narrative',
} %}

with assessments as (
    select * from {{ ref('stg_crm__csm_assessments') }}
    where coalesce({{ aspects | join(', ') }}) is not null
),

overrides as (
    select * from {{ ref('stg_crm__score_overrides') }}
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

-- the worst word decides
overlays as (
    select
        assessments.*,
        least(
            {% for aspect in aspects %}
                coalesce({{ aspect }}_words.verdict_rank, 4){% if not loop.last %},{% endif %}
            {% endfor %}
        ) as worst_rank
    from assessments
    {% for aspect in aspects %}
        left join words as {{ aspect }}_words
            on
                {{ aspect }}_words.aspect = '{{ aspect }}'
                and assessments.{{ aspect }} = {{ aspect }}_words.word
    {% endfor %}
),

said as (
    select
        'overlay' as kind,
        overlays.assessment_id as judgement_id,
        overlays.account_id,
        overlays.assessed_at as judged_at,
        overlays.known_date,
        {{ add_days('cast(overlays.assessed_at as date)', 'thresholds.overlay_expiry_days') }}
            as expiry_date,
        case overlays.worst_rank when 1 then 'red' when 2 then 'amber' when 3 then 'green' end
            as verdict,
        {% for aspect, name in aspects.items() %}
            {% if not loop.first %}|| ', ' ||{% endif %}
            '{{ name }} ' || replace(coalesce(overlays.{{ aspect }}, 'not said'), '_', ' ')
        {% endfor %} as sentence,
        {% for aspect in aspects %}
            overlays.{{ aspect }},
        {% endfor %}
        null as reason_code,
        null as author_id
    from overlays
    cross join thresholds
    union all
    select
        'override' as kind,
        overrides.override_id as judgement_id,
        overrides.account_id,
        overrides.set_at as judged_at,
        overrides.known_date,
        least(
            coalesce(
                cast(overrides.expires_at as date),
                {{ add_days('cast(overrides.set_at as date)', 'thresholds.override_expiry_days') }}
            ),
            {{ add_days('cast(overrides.set_at as date)', 'thresholds.override_longest_days') }}
        ) as expiry_date,
        overrides.verdict,
        'set to ' || overrides.verdict || ' by ' || overrides.author_id || ': '
        || replace(overrides.reason_code, '_', ' ') as sentence,
        {% for aspect in aspects %}
            null as {{ aspect }},
        {% endfor %}
        overrides.reason_code,
        overrides.author_id
    from overrides
    cross join thresholds
),

told as (
    select
        said.*,
        max(said.judged_at) over (
            partition by said.account_id, said.kind
            order by said.known_date, said.judged_at, said.judgement_id
        ) as newest_judged_at
    from said
    inner join clock on said.known_date <= clock.as_of_date
),

-- one that is older than what was known already never holds
dated as (
    select
        *,
        lead(known_date, 1, expiry_date) over (
            partition by account_id, kind order by known_date, judged_at, judgement_id
        ) as next_known_date
    from told
    where judged_at = newest_judged_at
),

final as (
    select
        kind,
        judgement_id,
        account_id,
        cast(judged_at as date) as judged_date,
        known_date as from_date,
        least(expiry_date, next_known_date) as until_date,
        expiry_date,
        verdict,
        sentence,
        {% for aspect in aspects %}
            {{ aspect }},
        {% endfor %}
        reason_code,
        author_id
    from dated
    where known_date < least(expiry_date, next_known_date)
)

select * from final
