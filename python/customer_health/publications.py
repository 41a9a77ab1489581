"""Commands for publications: list them, go back to one, copy what dbt built for the current one.

Run as `python -m customer_health.publications`, which `make publications` and `make rollback` do.
"""

import argparse
import sys
from pathlib import Path

import duckdb

from customer_health.files import copy_file
from customer_health.publication import Refusal, Warehouse


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; 0 done, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.publications")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="list the publications kept")
    rollback = commands.add_parser("rollback", help="put a former publication in place")
    rollback.add_argument("--to", help="its id (default: the one before the current one)")
    copy = commands.add_parser("copy-state", help="copy what dbt built for the current one")
    # views in it name their database, which is called as the file is
    copy.add_argument("folder", type=Path, help="folder to put state.duckdb into")
    given = parser.parse_args(arguments)
    warehouse = Warehouse(given.warehouse)
    try:
        if not warehouse.publications():
            raise Refusal(
                f"{warehouse}: has no publications. Fix: run `make build`, or name the file that"
                " it published with WAREHOUSE=..."
            )
        if given.command == "list":
            _list(warehouse)
        elif given.command == "copy-state":
            current = warehouse.current()
            if current is None:
                raise Refusal(
                    f"{warehouse}: is none of the publications kept. Fix: run `make rollback"
                    " TO=...` with one that `make publications` lists."
                )
            given.folder.mkdir(parents=True, exist_ok=True)
            # a log left beside it belongs to the copy before
            (given.folder / "state.duckdb.wal").unlink(missing_ok=True)
            copy_file(current.state, given.folder / "state.duckdb")
        else:
            with warehouse.locked():
                chosen = warehouse.roll_back(given.to)
            print(f"{'rollback':<12} {warehouse} is publication {chosen.id} again")
    except (Refusal, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _list(warehouse: Warehouse) -> None:
    """Print the publications, the newest first."""
    current = warehouse.current()
    print(f"{'':<2}{'publication':<22}{'as of':<12}{'rows':>12}  kind")
    for kept in warehouse.publications():
        made, mark = kept.manifest, "*" if kept == current else ""
        print(
            f"{mark:<2}{kept.id:<22}{made.get('as_of_date') or '':<12}"
            f"{sum(made.get('row_counts', {}).values()):>12,}  {made.get('kind', '')}"
        )
    print("* what readers of", warehouse, "see")


if __name__ == "__main__":
    sys.exit(main())
