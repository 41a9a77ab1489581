"""Recognises vendors' tables among files or in a database, by their names and columns."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import duckdb

from customer_health.raw_files import note_other_case
from customer_health.raw_sources import footers
from customer_health.vendors import (
    Table,
    contract_tables,
    filled_tables,
    vendor_of,
    vendor_tables,
)

# Share of a table's columns by which it is known: under its own name, and under another.
OWN_NAME, OTHER_NAME = 0.5, 0.75
# Fewer columns than these are no sign of anything.
MINIMUM = 4
# What people and tools add to the name of a table, and what vendors are called for short.
NOISE = {"csv", "data", "dump", "export", "exports", "full", "raw", "seed", "table"}
SHORT_NAMES = {"hs": "hubspot", "sf": "salesforce", "sfdc": "salesforce", "zd": "zendesk"}
NOT_NAMED = 99
SUFFIXES = (".csv", ".parquet")
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
    connection: str
    """The folder or schema of a build that it belongs to: the contract's source, or the vendor, or
    one of several connections of that."""

    @property
    def share(self) -> float:
        """Share of the declared columns that is there."""
        return len(self.found) / len(self.table.columns)

    @property
    def is_in_place(self) -> bool:
        """Whether a build finds it where it lies; by case too, as names of files have it."""
        return (self.delivered.place, self.delivered.name) == (self.connection, self.table.name)

    @property
    def _kept_words(self) -> list[str]:
        return [
            word
            for word in _words(self.delivered.name)
            if word not in NOISE
            and not word.isdigit()
            and SHORT_NAMES.get(word, word) != self.table.source
        ]

    @property
    def is_likely(self) -> bool:
        """Whether a delivered table may be this one."""
        if self.is_in_place:
            return bool(self.found)
        if len(self.found) >= MINIMUM:
            return self.share >= (OWN_NAME if self.surplus < NOT_NAMED else OTHER_NAME)
        # so few columns many tables have, and many of one word its name
        words = [word for word in _words(self.table.name) if word not in NOISE]
        has_its_name = _singular("".join(self._kept_words)) == _singular("".join(words))
        least = OWN_NAME if len(words) > 1 else OTHER_NAME
        return has_its_name and len(self.found) > 1 and self.share >= least

    @property
    def surplus(self) -> int:
        """Words of its name beyond the table's; more than any name has, if it is not in there."""
        words = _words(self.delivered.name)
        surplus = max(0, len(self._kept_words) - len(_words(self.table.name)))
        if _plain(self.table.name) in _runs(words):
            return surplus
        # tickets.csv may be the table ticket
        one, several = _singular(_plain(self.table.name)), [_singular(word) for word in words]
        return surplus + 1 if one in _runs(several) else NOT_NAMED

    @property
    def rank(self) -> tuple[bool, int, float, int]:
        """The higher, the likelier it is this table."""
        return self.is_in_place, -self.surplus, self.share, len(self.found)

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


def _words(name: str) -> list[str]:
    """Split `sf_AccountHistory-2026` at its marks and capitals."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)]


def _runs(words: list[str]) -> set[str]:
    """Each run of words, written as one."""
    ends = range(1, len(words) + 1)
    return {"".join(words[first:last]) for last in ends for first in range(last)}


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def delivered_files(root: Path, errors: list[str]) -> list[Delivered]:
    """List the tables of a folder: files, or folders of files, in folders or beside them."""
    tables: dict[tuple[str, Path], list[Path]] = {}
    for path in _files(root):
        if not note_other_case(path, SUFFIXES, errors):
            parts = path.relative_to(root).parts
            place = parts[0] if len(parts) > 1 else ""
            # a folder of files is one table
            tables.setdefault((place, root.joinpath(*parts[:2])), []).append(path)
    found = []
    known = _known_tables()
    for (place, path), files in tables.items():
        in_place = (place, path.stem) in known
        read = {file: _columns(file, errors) for file in (files[:1] if in_place else files)}
        named = {name for _, name in known}.intersection(file.stem for file in read)
        if len(named) > 1 or len({frozenset(columns) for columns in read.values()}) > 1:
            found += [
                Delivered(str(file.parent.relative_to(root)), file.stem, columns, file)
                for file, columns in read.items()
            ]
        else:
            found.append(Delivered(place, path.stem, read[files[0]], path))
    return found


def folder_meant(root: Path) -> Path | None:
    """Give the one folder in this one that holds the folders of tools, if it holds none itself."""
    known = _known_tables()
    places = [path.relative_to(root).parts for path in _files(root)]
    named = [[(part, Path(name).stem) for part, name in pairwise(parts)] for parts in places]
    below = {
        parts[0] for parts, pairs in zip(places, named, strict=True) if known & set(pairs[1:2])
    }
    if len(below) != 1 or any(known & set(pairs[:1]) for pairs in named):
        return None
    return root / below.pop()


def _files(root: Path) -> list[Path]:
    """Files below a folder that may be tables."""
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.relative_to(root).parts[0][0] not in "._"
        and path.is_file()
    ]


def _columns(file: Path, errors: list[str]) -> tuple[str, ...]:
    _, files_of = footers([file], errors)
    return tuple(column for schema in files_of for column in schema.names)


def _known_tables() -> set[tuple[str, str]]:
    return {(table.source, table.name) for table in (*contract_tables(), *vendor_tables())}


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


def recognise(delivered: Iterable[Delivered]) -> tuple[list[Match], list[Delivered], list[Match]]:
    """Say what tables are.

    Returns:
        Those recognised, of the contract too; those that are not; and those that look like a table
        that another one is more likely to be.
    """
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
                key=lambda match: (bool(table.place) * votes[match.table.source], match.rank),
                default=None,
            )
            vendor = votes.most_common(1)[0][0] if votes else None
            if best and (not table.place or best.table.source == vendor):
                matches.append(best)
            else:
                unknown.append(table)
    matches = _with_connections(matches)
    likeliest: dict[tuple[str, str], tuple] = {}
    for match in matches:
        key = match.connection, match.table.name
        likeliest[key] = max(match.rank, likeliest.get(key, match.rank))
    chosen = [m for m in matches if m.rank == likeliest[m.connection, m.table.name]]
    unlikely = [match for match in matches if match not in chosen]
    idle = _idle_vendors(chosen)
    unknown += [match.delivered for match in chosen if match.table.source in idle]
    return [match for match in chosen if match.table.source not in idle], unknown, unlikely


def _idle_vendors(matches: list[Match]) -> set[str]:
    """Vendors of whose tables none becomes a row of the contract, so that builds read none."""
    there = {(match.table.source, match.table.name) for match in matches}
    read = {f.vendor for f in filled_tables() if {(f.vendor, table) for table in f.rows_of} & there}
    return {table.source for table in vendor_tables()} - read


def _with_connections(matches: list[Match]) -> list[Match]:
    """Tell several connections of a vendor apart: places of any name that hold the same tables.

    Where a folder has the vendor's name, others may be copies.
    """
    tables_of: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for match in matches:
        if match.delivered.place:
            places = tables_of[match.table.source]
            places.setdefault(match.delivered.place, set()).add(match.table.name)
    several = {
        source
        for source, places in tables_of.items()
        if not any(vendor_of(place) == source for place in places)
        and sum(map(len, places.values())) > len(set().union(*places.values()))
    }
    return [
        replace(match, connection=f"{match.table.source}_{_ending(match.delivered.place)}")
        if match.table.source in several and match.delivered.place
        else match
        for match in matches
    ]


def _ending(place: str) -> str:
    """What a connection may be called after a folder: `Support EU` is support_eu."""
    return "_".join(re.findall("[a-z0-9]+", place.lower())) or "other"


def _candidates(delivered: Delivered) -> list[Match]:
    """Give the vendors' tables that one may be; a folder or a file may name its vendor."""
    vendors = {table.source for table in vendor_tables()}
    first = next(iter(_words(delivered.name)), "")
    named = vendors.intersection([vendor_of(delivered.place)]) or vendors.intersection(
        [SHORT_NAMES.get(first, first)]
    )
    matches = [
        _match(delivered, table) for table in vendor_tables() if table.source in (named or vendors)
    ]
    return [match for match in matches if match.is_likely]


def _match(delivered: Delivered, table: Table) -> Match:
    there = {_plain(name) for name in delivered.columns}
    found = []
    for name in table.columns:
        read_as = table.read_as.get(name, name)
        # it, or the column of JSON that it is a field of
        if there.intersection([_plain(read_as), _plain(read_as.split(".")[0])]):
            found.append(name)
    is_named = vendor_of(delivered.place) == table.source
    return Match(delivered, table, tuple(found), delivered.place if is_named else table.source)
