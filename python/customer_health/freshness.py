"""Says of each raw table how old its newest row is today, and whether that is within its limit.

dbt measures it (`dbt source freshness`), by the limits of the raw contract. Run as
`python -m customer_health.freshness`, which `make freshness` does. Exit codes: 0 unless a table is
older than the limit at which it fails, or 2 if there is something to put right first.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from customer_health.plan import PROJECT
from customer_health.publication import Refusal
from customer_health.vendors import raw_variables

FOLDER = PROJECT / "target" / "freshness"


def main(arguments: list[str] | None = None) -> int:
    """Have dbt measure the tables of a folder, say what it found, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.freshness")
    parser.add_argument("--raw-path", type=Path, required=True, help="folder of raw data")
    parser.add_argument("--vendors", help="whose layout a source comes in")
    given = parser.parse_args(arguments)
    try:
        variables = raw_variables(given.vendors, given.raw_path)
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    found = FOLDER / "sources.json"
    found.unlink(missing_ok=True)
    dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-use-colors"]
    dbt += ["source", "freshness", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    dbt += [
        "--vars",
        json.dumps(variables),
        "--target-path",
        str(FOLDER),
        "--log-path",
        str(FOLDER),
    ]
    done = subprocess.run(
        dbt,
        cwd=PROJECT,
        env={**os.environ, "CUSTOMER_HEALTH_WAREHOUSE": ":memory:"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if not found.is_file():
        print(done.stdout, file=sys.stderr)
        return done.returncode or 1
    for line in ages(json.loads(found.read_text(encoding="utf-8"))["results"]):
        print(line)
    return done.returncode


def ages(results: list[dict]) -> Iterator[str]:
    """Say of each table how old it is, in the order of their names."""
    for result in sorted(results, key=lambda result: result["unique_id"]):
        name = ".".join(result["unique_id"].split(".")[-2:])
        yield f"  {name:<26}{_age(result)}"


def _age(result: dict) -> str:
    if "max_loaded_at" not in result:
        return f"cannot be read: {' '.join(str(result.get('error')).split())}"
    newest, now = (
        datetime.fromisoformat(result[f"{at}_at"]) for at in ("max_loaded", "snapshotted")
    )
    # what the macro last_known_at says of a table without a dated row
    if newest == now:
        return "not delivered"
    days = (now - newest).days
    limits = {"limit": "warn_after", "fails after": "error_after"}
    counts = {word: (result["criteria"][key] or {}).get("count") for word, key in limits.items()}
    told = "".join(f", {word} {count}" for word, count in counts.items() if count)
    mark = {"warn": ": stale", "error": ": stale, fails"}.get(result["status"], "")
    return f"newest {newest:%Y-%m-%d}, {days} day{'' if days == 1 else 's'} ago{told}{mark}"


if __name__ == "__main__":
    sys.exit(main())
