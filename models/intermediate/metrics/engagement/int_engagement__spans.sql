{#- What people did together counts by occasion, however many came: touchpoints, trainings,
    webinars, posts, QBRs. What is asked of each of them counts by person: invitations and
    e-mails. -#}

with activities as (
    select * from {{ ref('int_facts__activities') }}
),

participations as (
    select * from {{ ref('int_facts__participations') }}
),

touchpoints as (
    select * from participations
    where activity_type in ('call', 'email', 'meeting', 'qbr', 'training')
),

-- a QBR has a row per contact invited: it was attended if anybody came, from when that is known
qbr_invitations as (
    select
        *,
        case when is_attended then 1 else 0 end as attended_value,
        first_value(activity_date) over (
            partition by account_id, occasion_key
            order by known_date, activity_date
        ) as qbr_date
    from activities
    where activity_type = 'qbr'
),

qbrs_attended as (
    select * from qbr_invitations
    where is_attended
),

invitations as (
    select
        *,
        {{ add_days('activity_date', 90) }} as until_date
    from activities
    where invitation_key is not null
),

-- logged twice, a person who came has not declined, from when it is known that they came
declined as (
    select
        account_id,
        invitation_key,
        known_date,
        least(until_date, coalesce(attended_known_date, until_date)) as until_date
    from invitations
    where not is_attended
),

-- one e-mail logged by two of us is one to each recipient
emails as (
    select
        *,
        cast(occurred_at as varchar) || ' ' || person_key as recipient_key,
        {{ add_days('activity_date', 90) }} as until_date
    from activities
    where activity_type = 'email'
),

email_actions as (
    {% for action in ['opened', 'clicked', 'answered'] %}
        select
            account_id,
            recipient_key,
            '{{ action }}' as action_type,
            greatest(known_date, cast({{ action }}_at as date)) as known_date,
            until_date
        from emails
        where {{ action }}_at is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

responses as (
    select
        account_id,
        recipient_key,
        {{ dbt.datediff('occurred_at', 'answered_at', 'second') }}
        / 3600.0 as response_hours,
        until_date,
        min(greatest(known_date, cast(answered_at as date))) as answered_date
    from emails
    where answered_at >= occurred_at
    group by 1, 2, 3, 4
),

present as (
    select
        {{ span(
            'touchpoints_90d', 'known_date', add_days('participation_date', 90),
            entity='occasion_key'
        ) | indent(8) }}
    from touchpoints
    union all
    {% for measure, relation in [
        ('qbrs_12m', 'qbr_invitations'), ('qbrs_attended_12m', 'qbrs_attended')
    ] -%}
        select
            {{ span(
                measure, 'known_date', add_days('activity_date', 365), entity='occasion_key'
            ) | indent(8) }}
        from {{ relation }}
        union all
    {% endfor -%}
    {% for activity_type, measure, days in [
        ('training', 'trainings_attended_180d', 180),
        ('webinar', 'webinars_attended_180d', 180),
        ('community_post', 'community_posts_90d', 90),
    ] -%}
        select
            {{ span(
                measure, 'known_date', add_days('participation_date', days),
                entity='occasion_key'
            ) | indent(8) }}
        from participations
        where activity_type = '{{ activity_type }}'
        union all
    {% endfor -%}
    {% for measure, relation, entity in [
        ('invitations_90d', 'invitations', 'invitation_key'),
        ('invitations_declined_90d', 'declined', 'invitation_key'),
        ('emails_sent_90d', 'emails', 'recipient_key'),
    ] -%}
        select {{ span(measure, 'known_date', 'until_date', entity=entity) | indent(8) }}
        from {{ relation }}
        union all
    {% endfor -%}
    -- who clicks or answers has opened, whatever their mail program tells of it
    {% for measure, actions in [
        ('emails_opened_90d', "('opened', 'clicked', 'answered')"),
        ('emails_clicked_90d', "('clicked')"),
        ('emails_answered_90d', "('answered')"),
    ] -%}
        select {{ span(measure, 'known_date', 'until_date', entity='recipient_key') | indent(8) }}
        from email_actions
        where action_type in {{ actions }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

final as (
    {{ presence_spans('present') }}
    union all
    {{ latest_spans(
        'touchpoints', 'last_touchpoint_day', 'participation_date', 'known_date',
        day_number('participation_date')
    ) }}
    union all
    {{ latest_spans(
        'qbr_invitations', 'last_qbr_attendance', 'qbr_date', 'known_date', 'attended_value', 365
    ) }}
    union all
    select {{ span('response_hours_90d', 'answered_date', 'until_date', 'response_hours') }}
    from responses
    union all
    select {{ span('responses_90d', 'answered_date', 'until_date') }}
    from responses
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
