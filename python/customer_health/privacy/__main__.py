"""Run as `python -m customer_health.privacy`, which `make purge` does."""

import argparse
import sys
from pathlib import Path

import duckdb

from customer_health.counting import counted
from customer_health.privacy.purge import purge
from customer_health.publication import Refusal, Warehouse


def main(arguments: list[str] | None = None) -> int:
    """Purge as the command line says; 0 done, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.privacy")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--person", help="e-mail address or id")
    whom.add_argument("--account", help="id")
    parser.add_argument("--export", type=Path, help="folder of an export to write again")
    parser.add_argument(
        "--raw-path", type=Path, help="folder of raw data (default: the last build's)"
    )
    given = parser.parse_args(arguments)
    kind = "person" if given.person is not None else "account"
    warehouse = Warehouse(given.warehouse)
    try:
        name = (given.person or given.account or "").strip()
        if not name:
            raise Refusal("Erase whom? Fix: PERSON=<e-mail address or id>, or ACCOUNT=<id>.")
        erased = purge(warehouse, kind, name, given.export, given.raw_path)
    except (Refusal, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 2
    merged = f" and {erased.n_merged} merged into it" if erased.n_merged else ""
    print(
        f"{'purge':<12} one {kind}{merged}: {counted(erased.rows.total(), 'row')} of"
        f" {counted(len(erased.rows), 'table')}, in"
        f" {counted(erased.n_publications, 'publication')}"
    )
    for path, n_rows in erased.raw_files.items():
        print(f"{'raw data':<12} {path}: {counted(n_rows, 'row')}")
    if erased.raw_files:
        print(
            "These files are your own and still have them; builds leave these rows out. Fix: delete"
            " them in the source and deliver again, or take the rows out."
        )
    print("Next:       `make build` scores without them, `make sync` sends what changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
