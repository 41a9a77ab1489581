"""Looks at raw data, says which vendors' tables it recognises, and writes that down beside it.

Builds and checks find it there (`vendors.py`), so that nobody writes it by hand.

Run as `python -m customer_health.start`, which `make start` does. Exit codes: 0 written, 1 it
cannot be built, 2 there is something to put right first.
"""

import argparse
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import yaml

from customer_health.check import judged, metrics
from customer_health.counting import counted
from customer_health.dbt_run import Failure, Variable
from customer_health.files import copy_file
from customer_health.publication import Refusal
from customer_health.raw_columns import nearest_column
from customer_health.raw_sources import folder_problems
from customer_health.recognition import (
    Match,
    delivered_files,
    delivered_tables,
    folder_meant,
    recognise,
)
from customer_health.vendors import (
    COLUMNS,
    FILE,
    Vendors,
    as_text,
    contract_tables,
    filled_tables,
    vendor_of,
    vendor_tables,
)

WRITTEN_BY = (
    "# Which vendor's layout each source comes in; `make start` wrote it, edit it as you like.\n"
)
NOTHING = (
    "No table of a vendor, or of the raw contract, is recognised here;"
    " docs/reference/vendors/README.md lists the vendors."
)


def main(arguments: list[str] | None = None) -> int:
    """Look as the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.start")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--raw-path", type=Path, help="folder of raw data")
    place.add_argument("--database", type=Path, help="DuckDB file with schemas of raw data")
    given = parser.parse_args(arguments)
    try:
        return of_database(given.database) if given.database else of_folder(given.raw_path)
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Failure, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def of_folder(root: Path) -> int:
    """Recognise the files of a folder, and write the vendors into a file in it."""
    errors = folder_problems(str(root)) if not root.is_dir() else []
    files = delivered_files(root, errors) if not errors else []
    if errors:
        raise Refusal("\n".join(errors))
    if meant := folder_meant(root):
        raise Refusal(
            f"{root}: the folders of your tools are in {meant}. Fix: name that,"
            f" `make start RAW_PATH={shlex.quote(str(meant))}`."
        )
    if not files:
        raise Refusal(
            f"{root}: holds no Parquet or CSV file. Fix: put the tables of each tool into a folder"
            " of its own, such as salesforce/account.csv."
        )
    matches, unknown, unlikely = recognise(files)
    _say(str(root), matches, unknown, unlikely)
    if not matches:
        raise Refusal(f"{NOTHING} Fix: name the folder of your tools' tables.")
    moves = list(_moves(root, matches))
    if moves:
        told = "\n".join(["", "Builds read <folder>/<vendor>/<table>. Fix: move the files", *moves])
        raise Refusal(f"{told}\nand run `make start RAW_PATH={shlex.quote(str(root))}` again.")
    _check_required(matches)
    vendors = _vendors(matches)
    path = root / FILE
    path.write_text(WRITTEN_BY + as_text(vendors), encoding="utf-8")
    print(f"\nWritten to {path}: {as_text(vendors).strip()}")
    with judged({"raw_path": str(root.absolute()), "vendors": vendors}) as judgement:
        print("\n".join(metrics(judgement)))
    quoted = shlex.quote(str(root))
    print(f"\nNext:       `make check RAW_PATH={quoted}` judges the rows;")
    print(f"            `make build RAW_PATH={quoted}` scores the accounts")
    return 0


def of_database(database: Path) -> int:
    """Recognise the tables of a DuckDB file, and write dbt's variables into a file beside it."""
    if not database.is_file():
        raise Refusal(f"{database}: there is no such file. Fix: name a DuckDB file.")
    try:
        tables = delivered_tables(database)
    except duckdb.Error as problem:
        raise Refusal(f"{database}: cannot be opened ({problem}). Fix: close it.") from problem
    matches, unknown, unlikely = recognise(tables)
    _say(str(database), matches, unknown, unlikely)
    if not matches:
        raise Refusal(f"{NOTHING} Fix: name the file of your tools' tables.")
    renamed = [m for m in matches if m.delivered.name.lower() != m.table.name]
    if renamed:
        views = "\n".join(
            f"  create view {m.delivered.place}.{m.table.name} as from {m.delivered};"
            for m in renamed
        )
        raise Refusal(f"\nTables are read by their own names. Fix: add views\n{views}")
    _check_required(matches)
    schemas = {f"{m.connection}_schema": m.delivered.place for m in matches}
    vendors = _vendors(matches)
    variables: dict[str, Variable] = {
        "raw_path": "",
        "vendors": vendors,
        **{name: schema for name, schema in schemas.items() if name != f"{schema}_schema"},
    }
    path = database.with_suffix(f".{FILE}")
    path.write_text(WRITTEN_BY + yaml.safe_dump(variables, sort_keys=False), encoding="utf-8")
    print(f"\nWritten to {path}: {as_text(vendors).strip()}")
    with tempfile.TemporaryDirectory() as folder:
        # what was written last may still be in the file beside it
        for file in (database, database.with_name(f"{database.name}.wal")):
            if file.exists():
                copy_file(file, Path(folder, file.name))
        with judged(variables, Path(folder, database.name)) as judgement:
            print("\n".join(metrics(judgement)))
    print(
        f"\nNext:       CUSTOMER_HEALTH_WAREHOUSE={shlex.quote(str(database))} .venv/bin/dbt build"
        f' --profiles-dir . --vars "$(cat {shlex.quote(str(path))})"'
    )
    return 0


def _say(
    place: str, matches: Sequence[Match], unknown: Sequence[object], unlikely: Sequence[Match]
) -> None:
    """Say what was recognised, what that fills, and what is missing."""
    print(f"Recognised in {place}:")
    by_source: dict[str, list[Match]] = {}
    for match in matches:
        by_source.setdefault(match.connection, []).append(match)
    for source, of_it in by_source.items():
        print(f"  {source}")
        for match in of_it:
            columns = f"{len(match.found)} of {counted(len(match.table.columns), 'column')}"
            print(f"    {match.table.name:<30}{columns:<22}{match.delivered}")
    if unlikely:
        print("Not read, since another is more likely to be that table; rename these if not:")
        for match in unlikely:
            print(f"  {match.table.full_name:<30}{match.delivered}")
    if unknown:
        print(f"Not recognised, and not read: {', '.join(map(str, unknown))}.")
    print("\n".join(_filled(matches)))
    print("\n".join(_respelled(matches)), end="")


def _filled(matches: Sequence[Match]) -> Iterator[str]:
    """Say which tables of the contract are filled, and by what the others could be."""
    there = {(match.table.source, match.table.name) for match in matches}
    named = {source for source, _ in there}
    filled, lacking = [], []
    for table in contract_tables():
        vendors = [f for f in filled_tables() if (f.source, f.table) == (table.source, table.name)]
        by = [f.vendor for f in vendors if {(f.vendor, t) for t in f.rows_of} & there]
        if by or (table.source, table.name) in there:
            filled.append(f"{table.full_name} ({' and '.join(by)})" if by else table.full_name)
            continue
        could = [
            f"{f.vendor}'s {' or '.join(f.rows_of)}"
            for f in vendors
            if f.vendor in named and f.rows_of
        ]
        could.append(f"{table.source}/{table.name}.parquet")
        lacking.append(f"  {table.full_name:<24}{'; '.join(could)}")
    yield f"Filled: {', '.join(filled) or 'nothing'}."
    if lacking:
        yield "Missing, and what would fill it:"
        yield from lacking


def _respelled(matches: Sequence[Match]) -> Iterator[str]:
    """Give rows of vendor_columns.csv for columns of another spelling, and custom fields."""
    vendors = {table.source for table in vendor_tables()}
    rows = []
    for match in matches:
        if match.table.source not in vendors:
            continue
        place = f"{match.table.source},{match.table.name}"
        rows += [f"  {place},{name},{raw}" for name, raw in match.respelled.items()]
        unread = [
            name
            for name in match.delivered.columns
            if name.lower() not in match.table.columns and name not in match.respelled.values()
        ]
        for name in match.table.custom:
            if name in match.table.read_as:
                continue
            near = next((raw for raw in unread if nearest_column(raw, [name])), None)
            if near and near.lower() != name:
                rows.append(f"  {place},{name},{near}")
    if rows:
        yield f"Columns to be read only once {COLUMNS} has a row for them; if these are meant, add"
        yield from dict.fromkeys(rows)
        yield ""


def _moves(root: Path, matches: Sequence[Match]) -> Iterator[str]:
    """Give the commands that put files where builds find them."""
    parts = Counter((match.connection, match.table.name) for match in matches)
    folders = set()
    for match in matches:
        path, table = match.delivered.path, match.table
        if match.is_in_place or path is None:
            continue
        folder = root / match.connection
        target = folder / f"{table.name}{path.suffix if path.is_file() else ''}"
        # several files of one table go into a folder of its name
        if parts[match.connection, table.name] > 1:
            folder = folder / table.name
            target = folder / path.name
        if not folder.exists() and folder not in folders:
            yield f"  mkdir -p {shlex.quote(str(folder))}"
            folders.add(folder)
        yield f"  mv -n {shlex.quote(str(path))} {shlex.quote(str(target))}"


def _check_required(matches: Sequence[Match]) -> None:
    problems = [
        f"{match.delivered}: the required column '{name}' of {match.table.source}"
        f".{match.table.name} is missing. Fix: deliver it, or name yours in {COLUMNS}."
        for match in matches
        for name in match.missing
    ]
    if problems:
        raise Refusal("\n".join(["", *problems]))


def _vendors(matches: Sequence[Match]) -> Vendors:
    """Give the vendors, or all connections of one, of each source that they fill something of."""
    there = {(match.table.source, match.table.name) for match in matches}
    vendors: Vendors = {}
    for filled in filled_tables():
        named = vendors.setdefault(filled.source, [])
        if (
            filled.vendor not in map(vendor_of, named)
            and {(filled.vendor, table) for table in filled.rows_of} & there
        ):
            # the one without an ending comes first, and keeps its ids as they are
            named += sorted({m.connection for m in matches if m.table.source == filled.vendor})
    return {source: named for source, named in vendors.items() if named}


if __name__ == "__main__":
    sys.exit(main())
