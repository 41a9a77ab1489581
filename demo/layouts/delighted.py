"""Delighted, as Airbyte loads it: answers alone, with account and contact as properties of persons.

A pulse is none of Delighted's surveys, and mails that nobody answered are in none of its tables.
Times are seconds since 1970: rows with a time of answer that is none are not there. Nor are answers
from before the question, which Delighted has no time of.
"""

from __future__ import annotations

VIEWS: dict[str, str] = {}

TABLES = {
    "survey_responses": """
        select
            response_id as id,
            code_of(coalesce(contact_id::varchar, response_id)) as person,
            survey_type,
            score::bigint as score,
            comment,
            epoch(real_moment(responded_at))::bigint as created_at,
            epoch(real_moment(responded_at))::bigint as updated_at,
            to_json({account_id: account_id, contact_id: contact_id::varchar})::varchar
                as person_properties
        from responses
        where
            survey_type is distinct from 'pulse'
            and cast(real_moment(responded_at) as date) >= cast(real_moment(sent_at) as date)
    """,
}
