"""Run as `python -m customer_health.sync`, which `make sync` does."""

import argparse
import os
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from customer_health.counting import counted
from customer_health.lock import take
from customer_health.outbox_columns import ACCOUNT_KEY
from customer_health.plan import PROJECT
from customer_health.policy.actions import SyncField
from customer_health.policy.files import read as read_policy
from customer_health.policy.findings import Findings
from customer_health.policy.rules import check_sync_fields
from customer_health.publication import Refusal, Warehouse
from customer_health.sync.delivery import deliver, show
from customer_health.sync.destination import Destination, Undelivered
from customer_health.sync.hubspot import HubSpot
from customer_health.sync.ledger import REJECTED, Ledger
from customer_health.sync.mail import Addresses, Mail, read_digest
from customer_health.sync.outbox import Outbox, Row, read
from customer_health.sync.salesforce import Salesforce
from customer_health.sync.slack import TEXT, Slack

CRMS: dict[str, type[Salesforce] | type[HubSpot]] = {"salesforce": Salesforce, "hubspot": HubSpot}
DESTINATIONS = (*CRMS, Slack.name, Mail.name)
ALERTS = Outbox("sync_slack__critical_alerts", "alert_id", {"alert_id": "id", "alert_text": TEXT})
FIELDS = PROJECT / "seeds" / "policy" / "sync_fields.csv"


def find_destination(name: str, fields_file: Path) -> tuple[Outbox, Destination]:
    """Give a destination and the outbox that goes there.

    Raises:
        Refusal: Its fields or settings are not in order.
    """
    if name == Slack.name:
        return ALERTS, Slack(os.environ)
    fields = _fields(name, fields_file)
    columns = {row.payload_column: row.remote_field for row in fields}
    outbox = Outbox("sync_crm__account_health", ACCOUNT_KEY, columns)
    return outbox, CRMS[name](os.environ, fields[0].object, columns[ACCOUNT_KEY])


def _fields(name: str, file: Path) -> list[SyncField]:
    found = Findings("/".join(file.parts[-3:-1]))
    rows: list[Any] | None = read_policy(file, SyncField, found)
    if rows and not found.errors:
        check_sync_fields(rows, found)
    if found.errors:
        raise Refusal("\n".join(found.errors))
    fields = [row for row in rows or [] if row.destination == name]
    if not fields:
        raise Refusal(f"{file}: has no rows for {name}. Fix: add its fields.")
    return fields


def find_rows(
    to: str, fields_file: Path, warehouse: Warehouse
) -> tuple[Iterable[list[Row]], Destination]:
    """Give a destination and the rows that go there.

    Raises:
        Refusal: There is no published file, or fields or settings are not in order.
    """
    if to == Mail.name:
        mail = Mail(os.environ)
        return read_digest(warehouse.file, Addresses(os.environ)), mail
    outbox, destination = find_destination(to, fields_file)
    batches = read(warehouse.file, outbox)
    if outbox is ALERTS and warehouse.instant_file.exists():
        batches = chain(batches, read(warehouse.instant_file, outbox))
    return batches, destination


def sync(given: argparse.Namespace) -> int:
    """Sync as asked, and give the exit code."""
    warehouse = Warehouse(given.warehouse)
    batches, destination = find_rows(given.to, given.fields, warehouse)
    if given.dry_run:
        there = warehouse.ledger if warehouse.ledger.exists() else Path(":memory:")
        ledger = Ledger(there, destination.place())
        summary = show(batches, ledger, given.retry)
        print(f"{given.to:<12} {summary.sent:,} of {counted(summary.read, 'row')} would be sent")
        return 0
    with open(warehouse.ledger.with_suffix(".lock"), "a+", encoding="utf-8") as lock:
        if holder := take(lock):
            raise Refusal(f"{warehouse}: {holder} is syncing it. Fix: wait until it has ended.")
        ledger = Ledger(warehouse.ledger, destination.place())
        summary = deliver(batches, destination, ledger, given.retry)
        waiting = max(ledger.count(REJECTED) - summary.rejected, 0)
        ledger.close()
    missing = summary.sent - summary.acknowledged - summary.rejected
    counts = {
        "arrived": summary.acknowledged,
        "not due": summary.read - summary.sent,
        "rejected": summary.rejected,
        "not arrived, for the next run": missing,
        "rejected before (RETRY=1 sends them again)": waiting,
    }
    told = [f"{number:,} {what}" for what, number in counts.items() if number or what == "arrived"]
    print(f"{given.to:<12} {', '.join(told)}")
    for key, reason in summary.reasons.items():
        print(f"  {key}: {reason}")
    return 1 if summary.rejected or missing else 0


def main(arguments: list[str] | None = None) -> int:
    """Sync as the command line says; 0 all arrived, 1 not all, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.sync")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    parser.add_argument("--to", required=True, help=f"one of {', '.join(DESTINATIONS)}")
    parser.add_argument("--fields", type=Path, default=FIELDS, help="which column goes where")
    parser.add_argument("--retry", action="store_true", help="also what was rejected")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be sent")
    given = parser.parse_args(arguments)
    try:
        if given.to not in DESTINATIONS:
            known = ", ".join(f"TO={name}" for name in DESTINATIONS)
            raise Refusal(f"Sync to what? '{given.to}' is not known. Fix: use one of {known}.")
        return sync(given)
    except Undelivered as problem:
        print(problem, file=sys.stderr)
        return 1
    except (Refusal, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
