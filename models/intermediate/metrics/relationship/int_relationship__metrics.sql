{{ config(materialized='incremental', incremental_strategy='window') }}

with spine as (
    select * from {{ ref('int_spine__account_days') }}
    where {{ in_window('as_of_date') }}
),

sentiment as (
    select * from {{ ref('int_sentiment__metrics') }}
),

feeds as (
    select
        min(case when feed = 'signals_job_changes' then connected_from end) as job_changes_from,
        min(case when feed = 'crm_attendances' then connected_from end) as attendances_from
    from {{ ref('int_feeds__connected') }}
),

totals as (
    {{ span_totals(ref('int_relationship__spans'), 'spine', [
        'executive_sponsors',
        'champions',
        'had_champion',
        'is_sponsor_engaged_90d',
        'is_champion_active',
        'champion_job_changes_90d',
        'champion_hours_90d',
        'champion_answers_90d',
        'champion_hours_previous_90d',
        'champion_answers_previous_90d',
        'champion_invitations_90d',
        'champion_declines_90d',
        'contacts_known',
        'contact_departments',
        'engaged_contacts_90d',
        'participations_90d',
        'relationship_depth_latest',
    ]) }}
),

changes as (
    select
        totals.*,
        case
            when feeds.job_changes_from <= totals.as_of_date
                then case when totals.champion_job_changes_90d > 0 then 1.0 else 0.0 end
        end as job_change_risk,
        (totals.champion_hours_90d / nullif(totals.champion_answers_90d, 0))
        / nullif(
            totals.champion_hours_previous_90d / nullif(totals.champion_answers_previous_90d, 0), 0
        ) - 1 as slower_answers_share,
        case
            when feeds.attendances_from <= totals.as_of_date
                then totals.champion_declines_90d / nullif(totals.champion_invitations_90d, 0)
        end as declined_meetings_risk,
        -sentiment.ticket_sentiment_trend_90d as sentiment_fall
    from totals
    cross join feeds
    left join sentiment
        on
            totals.account_id = sentiment.account_id
            and totals.as_of_date = sentiment.as_of_date
),

-- the four parts of champion risk, each 0 (none) to 1, or unknown
risks as (
    select
        *,
        case
            when slower_answers_share is not null then least(greatest(slower_answers_share, 0), 1)
        end as slower_answers_risk,
        case
            when sentiment_fall is not null then least(greatest(sentiment_fall, 0), 1)
        end as falling_sentiment_risk
    from changes
),

measured as (
    select
        account_id,
        as_of_date,
        champions,
        participations_90d,
        case when executive_sponsors > 0 then 1 end as has_executive_sponsor,
        case when is_sponsor_engaged_90d > 0 then 1 end as is_sponsor_engaged_90d,
        case when is_champion_active > 0 then 1 end as is_champion_active,
        case
            -- a champion who has gone and was not replaced is the risk come true
            when champions = 0 and had_champion > 0 then 1.0
            when champions > 0
                then (
                    coalesce(job_change_risk, 0)
                    + coalesce(slower_answers_risk, 0)
                    + coalesce(declined_meetings_risk, 0)
                    + coalesce(falling_sentiment_risk, 0)
                ) / nullif(
                    case when job_change_risk is null then 0 else 1 end
                    + case when slower_answers_risk is null then 0 else 1 end
                    + case when declined_meetings_risk is null then 0 else 1 end
                    + case when falling_sentiment_risk is null then 0 else 1 end,
                    0
                )
        end as champion_risk,
        nullif(contacts_known, 0) as contacts_known,
        nullif(contact_departments, 0) as contact_departments,
        nullif(engaged_contacts_90d, 0) as engaged_contacts_90d,
        -- a depth is at least 1, so 0 says that none counts
        nullif(relationship_depth_latest, 0) as relationship_depth_latest
    from risks
),

final as (
    {#- participations of which none has a contact do not say who stayed away -#}
    {% set contacts_known
        = 'measured.participations_90d = 0 or measured.engaged_contacts_90d > 0' %}
    {{ metrics_as_of('relationship', 'measured', absence_known={
        'is_sponsor_engaged_90d': contacts_known,
        'is_champion_active': contacts_known,
        'engaged_contacts_90d': contacts_known,
        'champion_risk': 'measured.champions = 0',
        'contact_departments': 'measured.contacts_known is null',
    }) }}
)

select * from final
