"""What has changed in the policy since a build, or beside another version, in words."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb

from customer_health.policy import TABLES, VOCABULARY_TABLES
from customer_health.policy.cells import FREE_TEXT, Row
from customer_health.policy.decisions import PolicyChange

Cells = dict[str, str | None]
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[-+]?\d{1,3})?", re.IGNORECASE)


def changed_rows(seeds: Path, former: Path) -> list[str]:
    """Say which rows differ from those before, but for texts that decide nothing.

    Args:
        seeds: The folder with the folders `policy` and `vocabulary`, whose files are sound.
        former: Another such folder, or the DuckDB file that dbt built.

    Returns:
        A sentence for each row that is new, gone or changed, in the order of the files.
    """
    # what was decided before changes nothing
    files = {f"policy/{file}": table for file, table in TABLES.items() if table is not PolicyChange}
    files |= {f"vocabulary/{file}": table for file, table in VOCABULARY_TABLES.items()}
    if former.is_dir():
        before = {file: _written(former / file, table) for file, table in files.items()}
    else:
        with duckdb.connect(str(former), read_only=True) as connection:
            before = {
                file: _built(connection, Path(file).stem, table) for file, table in files.items()
            }
    return [
        f"{Path(file).name}: {what}"
        for file, table in files.items()
        for what in _differences(before[file], _written(seeds / file, table))
    ]


def _differences(former: dict[tuple, Cells], rows: dict[tuple, Cells]) -> Iterator[str]:
    for key, cells in rows.items():
        name = ", ".join(part for part in key if part)
        before = former.get(key)
        if before is None:
            filled = [f"{column} {value}" for column, value in cells.items() if value is not None]
            yield f"new row {name}" + (f" ({', '.join(filled)})" if filled else "")
            continue
        changes = [
            f"{column} {_shown(before[column])} → {_shown(value)}"
            for column, value in cells.items()
            if column in before and not _is_same(before[column], value)
        ]
        if changes:
            yield f"{name}: {', '.join(changes)}"
    for key in former:
        if key not in rows:
            yield f"row {', '.join(part for part in key if part)} is gone"


def _written(path: Path, table: type[Row]) -> dict[tuple, Cells]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _by_key(list(csv.DictReader(file)), table)


def _built(
    connection: duckdb.DuckDBPyConnection, seed: str, table: type[Row]
) -> dict[tuple, Cells]:
    """The rows of a seed as a build loaded them; none if it had no such seed."""
    try:
        found = connection.execute(f"select columns(*)::varchar from policy.{seed}")
    except duckdb.CatalogException:
        return {}
    columns = [column for column, *_ in found.description]
    return _by_key([dict(zip(columns, row, strict=True)) for row in found.fetchall()], table)


def _by_key(rows: list[dict], table: type[Row]) -> dict[tuple, Cells]:
    """Put texts in one form, by the key of their rows."""
    by_key = {}
    for row in rows:
        cells = {column: _as_number(_plain(value)) for column, value in row.items()}
        key = tuple(cells.get(column) for column in table.key)
        by_key[key] = {
            column: value
            for column, value in cells.items()
            if column not in table.key and column not in FREE_TEXT
        }
    return by_key


def _plain(value: str | None) -> str | None:
    return (value or "").strip() or None


def _as_number(value: str | None) -> str | None:
    """Write a number in one way, so that 30 and 30.0 are one; leave other texts, such as 007."""
    if value is None or not NUMBER.fullmatch(value):
        return value
    # exact: ids have more digits than a float tells apart
    return f"{Decimal(value).normalize():f}"


def _is_same(one: str | None, other: str | None) -> bool:
    # booleans may have capitals
    return one == other or (one or "").lower() == (other or "").lower() in ("true", "false")


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value
