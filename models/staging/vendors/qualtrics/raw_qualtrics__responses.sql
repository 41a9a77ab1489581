with responses as (
    {{ raw_rows('qualtrics', 'survey_response', keep_raw=true) }}
),

questions as (
    {{ raw_rows('qualtrics', 'question') }}
),

answers as (
    {{ raw_rows('qualtrics', 'question_response') }}
),

embedded as (
    {{ raw_rows('qualtrics', 'survey_embedded_data') }}
),

distribution_copies as (
    {{ raw_rows('qualtrics', 'distribution') }}
),

asked as (
    {{ raw_rows('qualtrics', 'distribution_contact', keep_raw=true) }}
),

contact_copies as (
    {{ raw_rows('qualtrics', 'directory_contact') }}
),

-- what a loader delivers twice is one record
distributions as (
    select
        id,
        min(survey_link_survey_id) as survey_link_survey_id
    from distribution_copies
    group by id
),

contacts as (
    select
        id,
        min(ext_ref) as ext_ref,
        min(account_id) as account_id,
        min(email) as email
    from contact_copies
    group by id
),

scored_questions as (
    select
        survey_id,
        id as question_id,
        case
            when selector = 'NPS' or lower(data_export_tag) like 'nps%' then 'nps'
            when lower(data_export_tag) like 'csat%' then 'csat'
            when lower(data_export_tag) like 'ces%' then 'ces'
            when lower(data_export_tag) like 'pulse%' then 'pulse'
        end as survey_type
    from questions
),

-- of two questions of a kind in one survey the first
asked_questions as (
    select
        survey_id,
        survey_type,
        min(question_id) as question_id
    from scored_questions
    where survey_type is not null
    group by survey_id, survey_type
),

types_of_surveys as (
    select
        survey_id,
        min(survey_type) as survey_type
    from asked_questions
    group by survey_id
),

scores as (
    select
        responses.id as response_id,
        asked_questions.survey_type,
        max(answers.answered_value) as score
    from responses
    inner join asked_questions on responses.survey_id = asked_questions.survey_id
    inner join answers
        on
            responses.id = answers.response_id
            and asked_questions.question_id = answers.question_id
    group by responses.id, asked_questions.survey_type
),

told_with_responses as (
    select
        response_id,
        max(case when lower(replace(field, '_', '')) = 'accountid' then field_value end)
            as account_id,
        max(case when lower(field) = 'sentiment' then field_value end) as sentiment
    from embedded
    group by response_id
),

invitations as (
    select
        asked.response_id,
        min(coalesce(contacts.ext_ref, asked.contact_id)) as contact_id,
        min(contacts.account_id) as account_id,
        min(contacts.email) as email,
        min(asked.sent_at) as sent_at
    from asked
    left join contacts on asked.contact_id = contacts.id
    where asked.response_id is not null
    group by asked.response_id
),

answered as (
    select
        responses.source_relation,
        responses.id || coalesce('-' || scores.survey_type, '') as response_id,
        coalesce(told_with_responses.account_id, invitations.account_id) as account_id,
        coalesce(responses.recipient_email, invitations.email) as account_domain,
        invitations.contact_id,
        scores.survey_type,
        cast(invitations.sent_at as varchar) as sent_at,
        responses.raw_end_date as responded_at,
        scores.score,
        told_with_responses.sentiment,
        responses.raw_recorded_date as known_at,
        coalesce(
            responses.left_out,
            case
                when responses.status in ('1', '2', '17') then 'preview or test'
                when responses.status in ('8', '9', '12') then 'spam'
                when scores.score is null then 'no scored question answered'
            end
        ) as left_out
    from responses
    left join scores on responses.id = scores.response_id
    left join told_with_responses on responses.id = told_with_responses.response_id
    left join invitations on responses.id = invitations.response_id
),

unanswered as (
    select
        asked.source_relation,
        asked.distribution_id || '-' || coalesce(asked.contact_id, '') as response_id,
        contacts.account_id,
        contacts.email as account_domain,
        coalesce(contacts.ext_ref, asked.contact_id) as contact_id,
        types_of_surveys.survey_type,
        cast(asked.raw_sent_at as varchar) as sent_at,
        null as responded_at,
        null as score,
        null as sentiment,
        null as known_at,
        coalesce(
            asked.left_out,
            case
                when asked.response_id is not null then 'told by the answer'
                when
                    lower(asked.status) like '%bounce%'
                    or lower(asked.status) in ('failure', 'blocked')
                    then 'never arrived'
                when types_of_surveys.survey_type is null then 'survey without a scored question'
            end
        ) as left_out
    from asked
    left join distributions on asked.distribution_id = distributions.id
    left join types_of_surveys
        on distributions.survey_link_survey_id = types_of_surveys.survey_id
    left join contacts on asked.contact_id = contacts.id
),

final as (
    select * from answered
    union all
    select * from unanswered
)

select * from final
