"""Tells critical events between two builds: new P1 tickets and invoices past due, within a minute.

A few models (selectors.yml) run on a copy of what the last build left, while readers, and a build
that may be at work, go on undisturbed. What fired goes into a file of its own beside the published
one (`instant_file.py`), if its tests pass; scores stay as the last build published them.

Run as `python -m customer_health.instant`, which `make instant` does. Exit codes as of a build.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from customer_health import manifest
from customer_health.dbt_run import Failure, Variable, run_dbt
from customer_health.files import copy_file
from customer_health.instant_file import hand_over, write
from customer_health.lock import take
from customer_health.plan import PROJECT, check_day
from customer_health.publication import Publication, Refusal, Warehouse
from customer_health.raw_sources import folder_problems


def main(arguments: list[str] | None = None) -> int:
    """Tell what has happened as the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.instant")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    parser.add_argument("--as-of-date", help="the day it is (default: the newest delivered)")
    given = parser.parse_args(arguments)
    warehouse = Warehouse(given.warehouse)
    try:
        check_day(given.as_of_date)
        current = base_of(warehouse)
        warehouse.instant_folder.mkdir(exist_ok=True)
        with open(warehouse.instant_folder / "lock", "a+", encoding="utf-8") as lock:
            if holder := take(lock):
                raise Refusal(
                    f"{warehouse}: {holder} tells its events. Fix: wait until it is done."
                )
            return tell(warehouse, current, given.as_of_date, lock.fileno())
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Failure, OSError, duckdb.Error) as problem:
        print(problem, f"No event was told; {warehouse} is as it was.", sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; no event was told.", file=sys.stderr)
        return 130


def base_of(warehouse: Warehouse) -> Publication:
    """The publication to go on from.

    Raises:
        Refusal: There is none, or the project or the raw data is not what it was made from.
    """
    current = warehouse.current()
    if current is None or not current.manifest:
        raise Refusal(f"{warehouse}: is no publication that is kept. Fix: run `make build` first.")
    made = current.manifest
    if manifest.code_of(PROJECT) != made["code"]:
        raise Refusal(f"{warehouse}: the project has changed since. Fix: run `make build` first.")
    raw_path = PROJECT / made["raw_data"]["path"]
    for problem in folder_problems(str(raw_path)):
        raise Refusal(f"No event was told. {problem}")
    if manifest.raw_data_of(raw_path, PROJECT) != made["raw_data"]:
        raise Refusal(f"{raw_path}: is another company now. Fix: run `make build` first.")
    warehouse.check_room()
    return current


def tell(warehouse: Warehouse, base: Publication, as_of_date: str | None, lock: int) -> int:
    """Find what has happened since a publication, and put it where readers find it."""
    started, begun = datetime.now(UTC), time.monotonic()
    raw_data = base.manifest["raw_data"]
    variables: dict[str, Variable] = {"raw_path": str(PROJECT / raw_data["path"])}
    if base.manifest.get("vendors") is not None:
        variables["vendors"] = base.manifest["vendors"]
    if as_of_date:
        variables["as_of_date"] = as_of_date
    if warehouse.tombstones.exists():
        variables["tombstones"] = str(warehouse.tombstones)
    state = warehouse.instant_folder / "state.duckdb"
    try:
        # what a killed run left
        state.with_name("state.duckdb.wal").unlink(missing_ok=True)
        copy_file(base.state, state)
        hand_over(warehouse, raw_data, state)
        run_dbt(
            state,
            warehouse.instant_folder,
            ["--selector", "instant"],
            variables,
            lock,
            CUSTOMER_HEALTH_INSTANT_UNTIL=as_of_date or f"{started:%Y-%m-%d}",
        )
        run = {
            "publication_id": base.id,
            "as_of_date": str(manifest.clock_of(state)["as_of_date"]),
            "started_at": manifest.utc(started),
            "finished_at": manifest.utc(datetime.now(UTC)),
            "raw_data": json.dumps(raw_data),
        }
        told, new = write(warehouse, state, run)
    finally:
        state.unlink(missing_ok=True)
    print(
        f"{'instant':<12} {new} new critical events as of {run['as_of_date']}, {told} that no build"
        f" has yet, in {warehouse.instant_file.name} ({time.monotonic() - begun:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
