"""Recognises vendors' tables among files or in a database, by their names and columns."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health.raw_sources import footers
from customer_health.vendors import Table, contract_tables, vendor_tables

# Share of a table's columns by which it is known: under its own name, and under another.
OWN_NAME, OTHER_NAME = 0.5, 0.75
# Fewer columns than these are no sign of anything.
MINIMUM = 4
# What our own builds write into a database.
OUR_SCHEMAS = ("staging", "intermediate", "marts", "policy", "snapshots", "operations")


@dataclass(frozen=True)
class Delivered:
    """A table that lies in a folder or a schema."""

    place: str
    """Name of the folder or schema; empty for a file beside the folders."""
    name: str
    columns: tuple[str, ...]
    path: Path | None = None

    def __str__(self) -> str:
        """Where it lies."""
        return str(self.path) if self.path else f"{self.place}.{self.name}"


@dataclass(frozen=True)
class Match:
    """A delivered table and what it was recognised as."""

    delivered: Delivered
    table: Table
    found: tuple[str, ...]
    """Declared columns that are there, whatever their spelling."""

    @property
    def share(self) -> float:
        """Share of the declared columns that is there."""
        return len(self.found) / len(self.table.columns)

    @property
    def is_in_place(self) -> bool:
        """Whether a build finds it where it lies; by case too, as names of files have it."""
        return (self.delivered.place, self.delivered.name) == (self.table.source, self.table.name)

    @property
    def respelled(self) -> dict[str, str]:
        """Columns of another spelling, such as AccountId for account_id."""
        there = {_plain(name): name for name in self.delivered.columns}
        return {
            name: there[_plain(name)]
            for name in (*self.table.columns, *self.table.custom)
            if name not in self.table.read_as
            and _plain(name) in there
            and there[_plain(name)].lower() != name
        }

    @property
    def missing(self) -> list[str]:
        """Required columns that are not there."""
        return [name for name in self.table.required if name not in self.found]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "")


def delivered_files(root: Path, errors: list[str]) -> list[Delivered]:
    """List the tables of a folder: files, or folders of files, in folders or beside them."""
    tables: dict[tuple[str, Path], Path] = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.suffix in (".csv", ".parquet") and path.is_file() and parts[0][0] not in "._":
            place = parts[0] if len(parts) > 1 else ""
            # a folder of files is one table
            tables.setdefault((place, root.joinpath(*parts[:2])), path)
    found = []
    for (place, path), first in tables.items():
        _, files_of = footers([first], errors)
        columns = tuple(column for schema in files_of for column in schema.names)
        found.append(Delivered(place, path.stem, columns, path))
    return found


def delivered_tables(database: Path) -> list[Delivered]:
    """List the tables of a DuckDB file, without those of our own builds."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            """
            select table_schema, table_name, list(column_name order by ordinal_position)
            from information_schema.columns
            group by table_schema, table_name
            order by table_schema, table_name
            """
        ).fetchall()
    return [
        Delivered(schema, name, tuple(columns))
        for schema, name, columns in rows
        if schema not in OUR_SCHEMAS
    ]


def recognise(delivered: Iterable[Delivered]) -> tuple[list[Match], list[Delivered]]:
    """Say what tables are: those recognised, of the contract too, and the others."""
    contract = {(table.source, table.name): table for table in contract_tables()}
    candidates: dict[str, list[tuple[Delivered, list[Match]]]] = defaultdict(list)
    matches, unknown = [], []
    for table in delivered:
        known = contract.get((table.place, table.name))
        if known:
            matches.append(_match(table, known))
        else:
            candidates[table.place].append((table, _candidates(table)))
    for tables in candidates.values():
        votes: Counter[str] = Counter()
        for _, possible in tables:
            for match in possible:
                votes[match.table.source] += len(match.found)
        for table, possible in tables:
            # beside the folders, files of several vendors may lie; in one, those of one
            best = max(
                possible,
                key=lambda match: (
                    bool(table.place) * votes[match.table.source],
                    match.share,
                    len(match.found),
                ),
                default=None,
            )
            vendor = votes.most_common(1)[0][0] if votes else None
            if best and (not table.place or best.table.source == vendor):
                matches.append(best)
            else:
                unknown.append(table)
    return matches, unknown


def _candidates(delivered: Delivered) -> list[Match]:
    """Give the vendors' tables that one may be; of a folder named for a vendor, only that one's."""
    vendors = {table.source for table in vendor_tables()}
    possible = []
    for table in vendor_tables():
        if delivered.place in vendors and delivered.place != table.source:
            continue
        match = _match(delivered, table)
        is_named = _plain(table.name) == _plain(delivered.name)
        if (
            (match.is_in_place and match.found)
            or (is_named and match.share >= OWN_NAME)
            or (match.share >= OTHER_NAME and len(match.found) >= MINIMUM)
        ):
            possible.append(match)
    named = [match for match in possible if _plain(match.table.name) == _plain(delivered.name)]
    return named or possible


def _match(delivered: Delivered, table: Table) -> Match:
    there = {_plain(name) for name in delivered.columns}
    found = []
    for name in table.columns:
        read_as = table.read_as.get(name, name)
        # it, or the column of JSON that it is a field of
        if there.intersection([_plain(read_as), _plain(read_as.split(".")[0])]):
            found.append(name)
    return Match(delivered, table, tuple(found))
