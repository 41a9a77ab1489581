"""Qualtrics, as Fivetran loads it: a survey for each kind of question, mailed to persons.

An account comes as embedded data of the answer; who did not answer has it with the contact. What
has no id, an invitation cannot lack: rows that are refused for their id alone, and that nobody
answered, are not there. Nor are rows with a time of answer that no timestamp can hold.
"""

from __future__ import annotations

VIEWS = {
    "mails": """
        select
            *,
            'SV_' || survey_type as survey_id,
            'CID_' || code_of(account_id || coalesce(contact_id::varchar, '')) as mailed_id,
            'EMD_' || code_of(survey_type || account_id || sent_at) as distribution_id,
            moment(sent_at) as sent_time,
            real_moment(responded_at) as answered_at
        from responses
        where
            is_time(responded_at)
            and (real_moment(responded_at) is not null or clean(response_id) ~ '^[!-~]+$')
    """,
    "answers": "select * from mails where answered_at is not null",
}

TABLES = {
    "question": """
        select
            'QID1' as id,
            survey_id,
            'MC' as question_type,
            case when survey_type = 'nps' then 'NPS' else 'SAVR' end as selector,
            upper(survey_type) || '_1' as data_export_tag
        from mails
        group by survey_id, survey_type
        union all
        select
            'QID2' as id,
            survey_id,
            'TE' as question_type,
            'ML' as selector,
            'COMMENT' as data_export_tag
        from mails
        group by survey_id
    """,
    "survey_response": """
        select
            response_id as id,
            survey_id,
            '0' as status,
            'email' as distribution_channel,
            true as finished,
            100 as progress,
            answered_at as start_date,
            answered_at as end_date,
            answered_at as recorded_date
        from answers
    """,
    "question_response": """
        select
            code_of('score' || response_id) as _fivetran_id,
            response_id,
            'QID1' as question_id,
            score::bigint::varchar as value,
            null as text
        from answers
        where score is not null
        union all
        select
            code_of('comment' || response_id) as _fivetran_id,
            response_id,
            'QID2' as question_id,
            null as value,
            comment as text
        from answers
        where comment is not null
    """,
    "survey_embedded_data": """
        select
            response_id,
            'account_id' as key,
            'account_id' as import_id,
            account_id as value
        from answers
        union all
        select
            response_id,
            'sentiment' as key,
            'sentiment' as import_id,
            sentiment::varchar as value
        from answers
        where sentiment is not null
    """,
    "distribution": """
        select
            distribution_id as id,
            survey_id as survey_link_survey_id,
            'Invite' as request_type,
            'Done' as request_status,
            min(sent_time) as send_date
        from mails
        group by distribution_id, survey_id
    """,
    "distribution_contact": """
        select
            distribution_id,
            mailed_id as contact_id,
            sent_time as sent_at,
            case when answered_at is null then 'EmailSent' else 'SurveyFinished' end as status,
            case when answered_at is not null then response_id end as response_id,
            answered_at as response_completed_at
        from mails
    """,
    "directory_contact": """
        select
            mailed_id as id,
            min(contact_id)::varchar as ext_ref,
            min(account_id) as account_id
        from mails
        group by mailed_id
    """,
}
