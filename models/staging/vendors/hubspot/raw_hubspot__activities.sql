with calls as (
    {{ raw_rows('hubspot', 'engagement_call', keep_raw=true) }}
),

emails as (
    {{ raw_rows('hubspot', 'engagement_email', keep_raw=true) }}
),

meetings as (
    {{ raw_rows('hubspot', 'engagement_meeting', keep_raw=true) }}
),

engagement_contacts as (
    {{ raw_rows('hubspot', 'engagement_contact') }}
),

engagement_companies as (
    {{ raw_rows('hubspot', 'engagement_company') }}
),

engagement_deals as (
    {{ raw_rows('hubspot', 'engagement_deal') }}
),

deal_companies as (
    {{ raw_rows('hubspot', 'deal_company') }}
),

contact_copies as (
    {{ raw_rows('hubspot', 'contact') }}
),

-- what a loader delivers twice is one record
contacts as (
    select
        id,
        min(property_associatedcompanyid) as property_associatedcompanyid
    from contact_copies
    group by id
),

answers as (
    select
        emails.engagement_id,
        min(replies.property_hs_timestamp) as answered_at
    from emails
    inner join emails as replies
        on
            emails.property_hs_email_thread_id = replies.property_hs_email_thread_id
            and emails.property_hs_timestamp <= replies.property_hs_timestamp
    where
        lower(replies.property_hs_email_direction) = 'incoming_email' and replies.left_out is null
    group by emails.engagement_id
),

engagements as (
    select
        source_relation,
        engagement_id,
        raw_engagement_id,
        coalesce(activity_type, 'call') as activity_type,
        cast(raw_property_hs_timestamp as varchar) as occurred_at,
        null as attendance,
        null as answered_at,
        coalesce(
            left_out,
            case
                when
                    lower(property_hs_call_status)
                    in ('busy', 'no_answer', 'failed', 'canceled', 'missed')
                    then 'call that nobody answered'
            end
        ) as left_out
    from calls
    union all
    select
        emails.source_relation,
        emails.engagement_id,
        emails.raw_engagement_id,
        'email' as activity_type,
        cast(emails.raw_property_hs_timestamp as varchar) as occurred_at,
        null as attendance,
        answers.answered_at,
        coalesce(
            emails.left_out,
            case
                when lower(emails.property_hs_email_direction) = 'incoming_email'
                    then 'answer to an e-mail'
                when lower(emails.property_hs_email_direction) = 'forwarded_email'
                    then 'forwarded e-mail'
                when
                    lower(emails.property_hs_email_status)
                    in ('bounced', 'failed', 'scheduled', 'sending')
                    then 'e-mail that did not go out'
            end
        ) as left_out
    from emails
    left join answers on emails.engagement_id = answers.engagement_id
    union all
    select
        source_relation,
        engagement_id,
        raw_engagement_id,
        coalesce(activity_type, 'meeting') as activity_type,
        coalesce(
            cast(raw_property_hs_meeting_start_time as varchar),
            cast(raw_start_time as varchar),
            cast(raw_property_hs_timestamp as varchar)
        ) as occurred_at,
        -- of a meeting whose outcome nobody noted, nobody knows
        nullif(lower(coalesce(property_hs_meeting_outcome, meeting_outcome)), 'scheduled')
            as attendance,
        null as answered_at,
        coalesce(
            left_out,
            case
                when lower(coalesce(property_hs_meeting_outcome, meeting_outcome)) = 'rescheduled'
                    then 'meeting that was moved'
            end
        ) as left_out
    from meetings
),

-- a deal's companies count where the engagement names none
companies as (
    select
        engagement_id,
        company_id
    from engagement_companies
    union
    select
        engagement_deals.engagement_id,
        deal_companies.company_id
    from engagement_deals
    inner join deal_companies on engagement_deals.deal_id = deal_companies.deal_id
    left join engagement_companies
        on engagement_deals.engagement_id = engagement_companies.engagement_id
    where engagement_companies.engagement_id is null
),

one_company as (
    select
        engagement_id,
        min(company_id) as company_id
    from companies
    group by engagement_id
),

people as (
    select distinct
        engagement_contacts.engagement_id,
        engagement_contacts.contact_id,
        coalesce(contacts.property_associatedcompanyid, one_company.company_id) as company_id
    from engagement_contacts
    left join contacts on engagement_contacts.contact_id = contacts.id
    left join one_company on engagement_contacts.engagement_id = one_company.engagement_id
),

participants as (
    select
        engagement_id,
        contact_id,
        company_id,
        contact_id as participant_id
    from people
    union all
    select
        companies.engagement_id,
        null as contact_id,
        companies.company_id,
        companies.company_id as participant_id
    from companies
    left join people
        on
            companies.engagement_id = people.engagement_id
            and companies.company_id = people.company_id
    where people.engagement_id is null
),

final as (
    select
        engagements.source_relation,
        concat_ws(
            '-', cast(engagements.raw_engagement_id as varchar), participants.participant_id
        ) as activity_id,
        participants.company_id as account_id,
        participants.contact_id,
        engagements.activity_type,
        engagements.occurred_at,
        engagements.attendance,
        engagements.answered_at,
        engagements.left_out
    from engagements
    left join participants on engagements.engagement_id = participants.engagement_id
)

select * from final
