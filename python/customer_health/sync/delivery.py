"""Sends what is due and notes what became of it."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from customer_health.counting import counted
from customer_health.sync.destination import Destination
from customer_health.sync.ledger import Ledger
from customer_health.sync.outbox import Row

SHOWN = 5
SHOWN_CHARACTERS = 1_000  # of each field: a mail is long
SECONDS_BETWEEN_LINES = 5.0


@dataclass
class Summary:
    """What a run did."""

    read: int = 0
    sent: int = 0
    acknowledged: int = 0
    rejected: int = 0
    reasons: dict[str, str] = field(default_factory=dict)  # of the first rejections, by key


def deliver(
    batches: Iterable[list[Row]], destination: Destination, ledger: Ledger, retry: bool
) -> Summary:
    """Send what is due, so many rows at a time as the destination takes."""
    summary = Summary()
    due = _due(batches, ledger, retry, summary)
    told_at = time.monotonic()
    while rows := list(islice(due, destination.rows_at_once)):
        if not summary.sent:
            destination.sign_in(ledger)
        ledger.begin(rows)
        answer = destination.send(rows, ledger)
        ledger.settle(answer.acknowledged, answer.rejected)
        summary.sent += len(rows)
        summary.acknowledged += len(answer.acknowledged)
        summary.rejected += len(answer.rejected)
        room = SHOWN - len(summary.reasons)
        summary.reasons |= dict(islice(answer.rejected.items(), max(room, 0)))
        if time.monotonic() - told_at > SECONDS_BETWEEN_LINES:
            told_at = time.monotonic()
            print(f"{destination.name:<12} {counted(summary.sent, 'row')} sent so far", flush=True)
    return summary


def show(batches: Iterable[list[Row]], ledger: Ledger, retry: bool) -> Summary:
    """Print the first rows that would be sent, and count all."""
    summary = Summary()
    for row in _due(batches, ledger, retry, summary):
        summary.sent += 1
        if summary.sent <= SHOWN:
            record = {name: text and text[:SHOWN_CHARACTERS] for name, text in row.record.items()}
            print(f"  {row.key}: {json.dumps(record, ensure_ascii=False)}")
    return summary


def _due(
    batches: Iterable[list[Row]], ledger: Ledger, retry: bool, summary: Summary
) -> Iterator[Row]:
    for rows in batches:
        summary.read += len(rows)
        yield from ledger.due(rows, retry)
