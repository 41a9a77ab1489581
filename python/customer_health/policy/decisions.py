"""Decisions about the policy: when, by whom, why, and what they were expected to change."""

import csv
from pathlib import Path

from pydantic import Field

from customer_health.policy.cells import Day, Number, Row, Whole


class PolicyChange(Row):
    """A row of policy_changes.csv, which `make policy REASON=...` writes.

    Shares are of the customers with a band on the newest day, and of those lost in the year with
    known outcomes; blank where there was nobody to count.
    """

    key = ("policy_version", "decided_on")
    may_be_empty = True
    policy_version: str
    decided_on: Day
    decided_by: str
    reason: str
    band_changes: Whole = Field(ge=0)
    flagged_share_before: Number | None = Field(default=None, ge=0, le=1)
    flagged_share_after: Number | None = Field(default=None, ge=0, le=1)
    recall_before: Number | None = Field(default=None, ge=0, le=1)
    recall_after: Number | None = Field(default=None, ge=0, le=1)


def note(path: Path, decision: dict[str, object]) -> None:
    """Write a decision into policy_changes.csv, in place of one of the same version and day."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: list[dict[str, object]] = list(csv.DictReader(file))
    key = [str(decision[column]) for column in PolicyChange.key]
    rows = [row for row in rows if [row[column] for column in PolicyChange.key] != key]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(PolicyChange.model_fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, decision])
