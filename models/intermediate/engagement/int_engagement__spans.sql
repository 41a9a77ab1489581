with activities as (
    select
        *,
        cast(occurred_at as date) as activity_date,
        case when coalesce(attendance, 'attended') = 'attended' then 1 else 0 end as is_attended,
        activity_type in ('meeting', 'qbr', 'training', 'webinar') as is_invitation
    from {{ ref('stg_crm__activities') }}
),

participations as (
    select * from {{ ref('int_engagement__participations') }}
),

touchpoints as (
    select * from participations
    where activity_type in ('call', 'email', 'meeting', 'qbr', 'training')
),

-- one QBR has a row per contact invited: it was attended if anybody came, from when that is known
qbr_invitations as (
    select * from activities
    where activity_type = 'qbr'
),

qbrs as (
    select
        account_id,
        activity_date,
        min(known_date) as known_date,
        min(case when is_attended = 1 then known_date end) as attended_known_date
    from qbr_invitations
    group by 1, 2
),

invitations as (
    select * from activities
    where is_invitation
),

emails as (
    select
        *,
        {{ add_days('activity_date', 90) }} as until_date,
        greatest(known_date, cast(opened_at as date)) as opened_date,
        greatest(known_date, cast(clicked_at as date)) as clicked_date,
        greatest(known_date, cast(answered_at as date)) as answered_date
    from activities
    where activity_type = 'email'
),

final as (
    select {{ span('touchpoints_90d', 'known_date', add_days('participation_date', 90)) }}
    from touchpoints
    union all
    {{ latest_spans(
        'touchpoints', 'last_touchpoint_day', 'participation_date', 'known_date',
        day_number('participation_date')
    ) }}
    union all
    {{ latest_spans(
        'qbr_invitations', 'is_last_qbr_attended', 'activity_date', 'known_date', 'is_attended',
        365, combine='max'
    ) }}
    union all
    select {{ span('qbrs_12m', 'known_date', add_days('activity_date', 365)) }}
    from qbrs
    union all
    select {{ span('qbrs_attended_12m', 'attended_known_date', add_days('activity_date', 365)) }}
    from qbrs
    where attended_known_date is not null
    {% for activity_type in ['training', 'webinar'] %}
        union all
        select
            {{ span(
                activity_type ~ 's_attended_180d', 'known_date', add_days('participation_date', 180)
            ) }}
        from participations
        where activity_type = '{{ activity_type }}'
    {% endfor %}
    union all
    select {{ span('community_posts_90d', 'known_date', add_days('participation_date', 90)) }}
    from participations
    where activity_type = 'community_post'
    union all
    select {{ span('invitations_90d', 'known_date', add_days('activity_date', 90)) }}
    from invitations
    union all
    select {{ span('invitations_declined_90d', 'known_date', add_days('activity_date', 90)) }}
    from invitations
    where is_attended = 0
    union all
    select {{ span('emails_sent_90d', 'known_date', 'until_date') }}
    from emails
    {% for action in ['opened', 'clicked', 'answered'] %}
        union all
        select {{ span('emails_' ~ action ~ '_90d', action ~ '_date', 'until_date') }}
        from emails
        where {{ action }}_at is not null
    {% endfor %}
    union all
    select
        {{ span(
            'response_hours_90d', 'answered_date', 'until_date',
            hours_between('occurred_at', 'answered_at')
        ) }}
    from emails
    where answered_at >= occurred_at
    union all
    select {{ span('responses_90d', 'answered_date', 'until_date') }}
    from emails
    where answered_at >= occurred_at
)

select * from final
-- those that reach into the days this build computes
where {{ reaches_window('until_date') }}
