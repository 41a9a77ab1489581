"""The form of the policy files that say how to act: plays, what starts them, what a CRM is sent."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from customer_health.outbox_columns import ACCOUNT_COLUMNS
from customer_health.policy.cells import (
    LONGEST_DAYS,
    Day,
    Flag,
    Number,
    PolicyRow,
    RefersTo,
    Whole,
    column_name,
    one_of,
    refusal,
)
from customer_health.policy.facts import NUMBERS_OF_A_DAY, WORDS_OF_A_DAY


class Playbook(PolicyRow):
    """A row of playbooks.csv: what to do, and by when."""

    key = ("playbook",)
    playbook: Annotated[str, AfterValidator(column_name)]
    name: str
    next_step: str
    due_days: Whole = Field(ge=0, le=LONGEST_DAYS)
    cost: Number | None = Field(default=None, gt=0)


class Trigger(PolicyRow):
    """A row of triggers.csv: an event that starts a playbook."""

    key = ("trigger",)
    trigger: Annotated[str, AfterValidator(column_name)]
    playbook: Annotated[str, RefersTo("playbooks.csv")]
    cooldown_days: Whole = Field(ge=0, le=LONGEST_DAYS)
    is_instant: Flag
    is_alert: Flag
    sentence: str


class TriggerCondition(PolicyRow):
    """A row of trigger_conditions.csv: a trigger fires once all of its conditions hold."""

    key = ("trigger", "fact", "comparison")
    trigger: Annotated[str, RefersTo("triggers.csv")]
    fact: Annotated[str, one_of(*NUMBERS_OF_A_DAY, *WORDS_OF_A_DAY)]
    comparison: Annotated[str, one_of("below", "at_most", "at_least", "above", "is")]
    value: str


class Holdout(PolicyRow):
    """A row of holdouts.csv: from a day on chance keeps a share of a trigger from the team."""

    key = ("trigger", "from_date")
    may_be_empty = True
    trigger: Annotated[str, RefersTo("triggers.csv")]
    from_date: Day
    holdout_share: Number = Field(ge=0, le=0.5)


def _api_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        fix = "write the name that the API uses, such as Health_Score__c or health_score"
        raise refusal(f"'{text}' is no name of an object or field", fix)
    return text


class SyncField(PolicyRow):
    """A row of sync_fields.csv."""

    key = ("destination", "payload_column")
    destination: Annotated[str, one_of("salesforce", "hubspot")]
    object: Annotated[str, AfterValidator(_api_name)]
    payload_column: Annotated[str, one_of(*ACCOUNT_COLUMNS)]
    remote_field: Annotated[str, AfterValidator(_api_name)]
