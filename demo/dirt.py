"""Dirt: values spoilt in ways staging can repair, and rows and cells that it has to refuse.

Bad rows are added to the good ones, and bad cells stand where the clean data has none; each fails
for exactly one reason. So what is accepted after staging is the clean data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.contract import Column, Table
from demo.output import ARROW, as_text
from demo.spellings import TIME_SPELLINGS, VARIANTS, none, odd_id, other_time
from demo.toolkit import DAY, dates, stamps

DUPLICATE = "duplicate key"
UNKNOWN_ACCOUNT = "unknown account"
UNPARSABLE = "unparsable value"
FUTURE = "date in the future"
NEGATIVE = "negative value"
MISSING = "missing value"
UNDECODABLE = "undecodable text"
UNKNOWN_VALUE = "unknown value"
OUT_OF_RANGE = "out of range"
OUT_OF_ORDER = "dates out of order"
ROW, CELL = "row", "cell"

BROKEN_TIMES = ("31/02/2025", "not a date", "2025-13-45", "yesterday")
BROKEN_NUMBERS = (np.nan, np.inf, -np.inf)
ANCIENT = "1812-06-24"  # before any business, and no date that stands for none
FUTURE_DAYS = (61, 1500)
EARLY_DAYS = (2, 30)
# Beyond these numbers lies what no decimal has room for, where a column has no range of its own.
LARGEST = 999_999_999_999


def _as_moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.timestamp("ns", tz="UTC"))


def _as_milliseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64())


# Columns that dirty data delivers in another type: ids as floating-point numbers, which pipelines
# make of whole ones with gaps, times as moments or numbers, days as numbers, money as decimals.
DELIVERED_AS: dict[tuple[str, str, str], Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    ("survey", "responses", "contact_id"): lambda column: column.cast(pa.float64()),
    ("crm", "csm_assessments", "assessed_at"): _as_moments,
    ("product", "users", "created_at"): _as_moments,
    ("product", "users", "deactivated_at"): _as_moments,
    ("support", "organizations", "created_at"): _as_milliseconds,
    ("product", "storage", "measured_date"): lambda column: pc.replace_substring(
        column, "-", ""
    ).cast(pa.int64()),
    ("billing", "invoices", "amount"): lambda column: pc.round(column, 2).cast(
        pa.decimal128(18, 2)
    ),
}


@dataclass
class Ledger:
    """Rows and cells planted for quarantine, by source, table, what is refused, and reason."""

    counts: Counter = field(default_factory=Counter)

    def add(self, table: Table, refused: str, reason: str, count: int) -> None:
        """Note planted rows or cells."""
        if count:
            self.counts[table.source, table.name, refused, reason] += count

    def columns(self) -> dict:
        """The ledger as columns of truth/dirt.parquet."""
        keys = sorted(self.counts)
        source, name, refused, reason = (
            np.array([key[k] for key in keys], dtype=str) for k in range(4)
        )
        return {
            "source_name": source,
            "table_name": name,
            "refused": refused,
            "reason": reason,
            "n_refused": np.array([self.counts[key] for key in keys], dtype=np.int64),
        }


def _as_declared(table: Table) -> list[Column]:
    """The columns that are delivered in the contract's own type, and so can hold any text."""
    return [c for c in table.columns if (table.source, table.name, c.name) not in DELIVERED_AS]


def bad_row_columns(table: Table) -> dict[str, list[str]]:
    """For each reason that a bad row of the table can have: the columns to break."""
    account = set(table.names("is_account"))
    plain = [c.name for c in _as_declared(table)]
    deciding = [c for c in table.columns if c.refuses_row and c.name not in account]
    times = [c.name for c in deciding if c.is_time and c.name != "known_at"]
    reasons = {
        DUPLICATE: table.names("key"),
        UNKNOWN_ACCOUNT: sorted(account),
        UNPARSABLE: [
            c.name for c in deciding if (c.is_time and c.name in plain) or c.data_type == "double"
        ],
        FUTURE: [name for name in times if table.by_name[name].marked("not_in_future")],
        NEGATIVE: table.names("not_negative"),
        MISSING: [name for name in table.must_have() if name not in account],
        UNDECODABLE: [n for n in table.names("key", "id") if n not in account and n in plain],
        UNKNOWN_VALUE: [c.name for c in deciding if c.marked("vocabulary")],
        OUT_OF_RANGE: [
            name for name in times if name in plain and not table.by_name[name].marked("not_before")
        ],
        OUT_OF_ORDER: [c.name for c in deciding if c.marked("not_before")],
    }
    return {reason: names for reason, names in reasons.items() if names}


def bad_cell_columns(table: Table) -> dict[str, list[str]]:
    """For each reason that a bad cell in a good row can have: the columns to break."""
    optional = [c for c in _as_declared(table) if not c.refuses_row]
    numbers = [c for c in optional if c.data_type in ("double", "bigint")]
    times = [c for c in optional if c.is_time]
    reasons = {
        UNPARSABLE: [c for c in [*times, *numbers] if c.data_type != "bigint"],
        FUTURE: [c for c in times if c.marked("not_in_future")],
        UNDECODABLE: [c for c in optional if c.marked("id")],
        UNKNOWN_VALUE: [c for c in optional if c.marked("vocabulary")],
        OUT_OF_RANGE: [c for c in [*times, *numbers] if not c.marked("not_before")],
        OUT_OF_ORDER: [c for c in times if c.marked("not_before")],
    }
    return {reason: [c.name for c in columns] for reason, columns in reasons.items() if columns}


def _set(table: pa.Table, name: str, rows: np.ndarray, values: list) -> pa.Table:
    """The table with the cells of one column replaced at increasing row positions."""
    mask = np.zeros(len(table), dtype=bool)
    mask[rows] = True
    column = table[name].combine_chunks()
    replaced = pc.replace_with_mask(column, pa.array(mask), pa.array(values, type=column.type))
    return table.set_column(table.column_names.index(name), name, replaced)


def _some(rng: np.random.Generator, count: int, rate: float) -> np.ndarray:
    """About `rate` of the row positions, at least one, increasing."""
    wanted = min(count, max(1, round(count * rate)))
    return np.sort(rng.choice(count, wanted, replace=False))


def _values(table: pa.Table, name: str, rows: np.ndarray) -> list:
    return table[name].take(pa.array(rows)).to_pylist()


def _repairable(table: pa.Table, spec: Table, rng: np.random.Generator, rate: float) -> pa.Table:
    """Odd ids and times, words for "none" and mojibake in about `rate` of the rows, in place."""
    plain = [c for c in _as_declared(spec) if c.name in table.column_names]
    rows = _some(rng, len(table), rate)
    id_columns = [c.name for c in plain if c.marked("id")]
    chosen = rng.integers(0, len(id_columns), len(rows))
    variant = rng.integers(1, len(VARIANTS), len(rows))
    for k, name in enumerate(id_columns):
        here = chosen == k
        old = _values(table, name, rows[here])
        new = [odd_id(text, v) for text, v in zip(old, variant[here], strict=True)]
        table = _set(table, name, rows[here], new)

    rows = _some(rng, len(table), rate)
    spellings = rng.integers(0, len(TIME_SPELLINGS), len(rows))
    for column in plain:
        if column.is_time:
            old = _values(table, column.name, rows)
            new = [other_time(t, column, k) for t, k in zip(old, spellings, strict=True)]
            table = _set(table, column.name, rows, new)

    for column in plain:
        empty = np.flatnonzero(table[column.name].is_null())
        if ARROW.get(column.data_type, pa.string()) == pa.string() and len(empty):
            rows = empty[_some(rng, len(empty), rate)]
            new = [none(column, number) for number in rng.integers(0, 60, len(rows))]
            table = _set(table, column.name, rows, new)

    if "account_name" in table.column_names:
        names = table["account_name"].to_pylist()
        foreign = np.flatnonzero([name is not None and not name.isascii() for name in names])
        if len(foreign):
            rows = foreign[_some(rng, len(foreign), rate * len(names) / len(foreign))]
            new = [names[row].encode("utf-8").decode("latin-1") for row in rows]
            table = _set(table, "account_name", rows, new)
    return table


def _templates(
    table: pa.Table, spec: Table, shuffled: np.ndarray, count: int, first: int
) -> pa.Table:
    """Copies of good rows with keys of their own, counted on from `first`."""
    rows = table.take(pa.array(shuffled[(first + np.arange(count)) % len(table)]))
    account = set(spec.names("is_account"))
    keys = [name for name in spec.names("key", "id") if name not in account]
    everywhere = np.arange(count)
    if keys:
        own = [f"bad-{spec.name}-{first + k:06d}" for k in range(count)]
        return _set(rows, keys[0], everywhere, own)
    # Keyed by account and day: good rows lie on the first of a month, these do not.
    day = next(name for name in spec.names("key") if spec.by_name[name].data_type == "date")
    old = np.array(rows[day].to_pylist(), dtype="datetime64[D]")
    turn = (first + everywhere) // len(table)
    return _set(rows, day, everywhere, list((old - 3 - turn).astype(str)))


@dataclass(frozen=True)
class Breaker:
    """Makes the values for which rows and cells are refused."""

    spec: Table
    rng: np.random.Generator
    last_day: int

    def broken(self, reason: str, column: Column, row: dict, number: int) -> object:
        """The value that makes a cell of the row fail for the reason."""
        if reason == UNKNOWN_ACCOUNT:
            return f"acc-unknown-{number:06d}"
        if reason == UNPARSABLE:
            choice = BROKEN_TIMES if column.is_time else BROKEN_NUMBERS
            return choice[number % len(choice)]
        if reason == FUTURE:
            return self._time(column, self.last_day + int(self.rng.integers(*FUTURE_DAYS)))
        if reason == OUT_OF_ORDER:
            day = np.datetime64(row[column.meta["not_before"]][:10], "D").astype(np.int64)
            return self._time(column, int(day) - int(self.rng.integers(*EARLY_DAYS)))
        if reason == NEGATIVE:
            return -(abs(row[column.name] or 0) + 1)
        if reason == OUT_OF_RANGE:
            return self._beyond(column, number)
        if reason == UNDECODABLE:
            return f"bad\ufffd{number:06d}"
        if reason == UNKNOWN_VALUE:
            return "teleport"
        in_text = ARROW.get(column.data_type, pa.string()) == pa.string()
        return none(column, number) if in_text and column in _as_declared(self.spec) else None

    def _time(self, column: Column, day: int) -> str:
        if column.data_type == "date":
            return as_text(pa.array(dates([day])))[0].as_py()
        return as_text(pa.array(stamps([day * DAY + self.rng.integers(0, DAY)])))[0].as_py()

    def _beyond(self, column: Column, number: int) -> object:
        """A value outside the column's range, whatever the words beside it."""
        if column.is_time:
            return f"{ANCIENT}T00:00:00Z" if column.data_type == "timestamp" else ANCIENT
        limits = column.meta.get("range") or [-LARGEST, LARGEST]
        if isinstance(limits, dict):
            limits = [limit for word, pair in limits.items() if word != "by" for limit in pair]
        low, high = float(min(limits)), float(max(limits))
        # below zero is another reason where nothing may be
        below = number % 2 and not column.marked("not_negative")
        value = low - 1 - number % 7 if below else 2 * high + 1
        return int(value) if column.data_type == "bigint" else value


def _with_bad_cells(
    table: pa.Table, breaker: Breaker, rate: float, untouched: np.ndarray, ledger: Ledger
) -> pa.Table:
    """The table with unusable values in about `rate` of the rows, where nothing stood before."""
    spec, rng = breaker.spec, breaker.rng
    reasons = bad_cell_columns(spec)
    each = max(1, round(len(table) * rate / max(len(reasons), 1)))
    for reason, names in reasons.items():
        names = [name for name in names if name in table.column_names]
        for name in names:
            column = spec.by_name[name]
            empty = table[name].is_null().to_numpy()
            if reason == OUT_OF_ORDER:
                # a plain text, so that the day before is easily found
                other = table[column.meta["not_before"]]
                empty &= pc.match_substring_regex(other, "^[0-9]{4}-").fill_null(False).to_numpy()
            empty = np.flatnonzero(empty & untouched)
            count = min(len(empty), max(1, each // len(names)))
            rows = np.sort(rng.choice(empty, count, replace=False))
            old = table.take(pa.array(rows)).to_pylist()
            new = [
                breaker.broken(reason, column, row, int(number))
                for row, number in zip(old, rows, strict=True)
            ]
            table = _set(table, name, rows, new)
            ledger.add(spec, CELL, reason, count)
    return table


def spoil(
    table: pa.Table,
    spec: Table,
    rng: np.random.Generator,
    rate: float,
    last_day: int,
    ledger: Ledger,
) -> pa.Table:
    """The table with repairable dirt, bad cells, added bad rows, and its rows out of order."""
    breaker = Breaker(spec, rng, last_day)
    dirty = _repairable(table, spec, rng, rate)
    reasons = bad_row_columns(spec)
    each = max(1, round(len(table) * rate / len(reasons)))
    parts, made, shuffled = [], 0, rng.permutation(len(table))
    once = np.ones(len(table), dtype=bool)
    for reason, names in reasons.items():
        if reason == DUPLICATE:
            twice = rng.choice(len(dirty), min(each, len(dirty)), replace=False)
            once[twice] = False
            bad = dirty.take(pa.array(twice))
        else:
            names = [name for name in names if name in table.column_names]
            if not names:
                continue
            bad = _templates(table, spec, shuffled, each, made)
            made += each
            chosen = rng.integers(0, len(names), each)
            for k, name in enumerate(names):
                rows = np.flatnonzero(chosen == k)
                old = bad.take(pa.array(rows)).to_pylist()
                new = [
                    breaker.broken(reason, spec.by_name[name], values, made + int(row))
                    for row, values in zip(rows, old, strict=True)
                ]
                bad = _set(bad, name, rows, new)
                if reason == FUTURE:
                    # what may not be before it would be another reason
                    for other in spec.columns:
                        if other.meta.get("not_before") == name and other.name in bad.column_names:
                            bad = _set(bad, other.name, rows, [None] * len(rows))
        ledger.add(spec, ROW, reason, len(bad))
        parts.append(bad)
    # of a row that comes twice, it must be clear which one is accepted
    whole = pa.concat_tables([_with_bad_cells(dirty, breaker, rate, once, ledger), *parts])
    whole = whole.take(pa.array(rng.permutation(len(whole))))
    return _as_delivered(whole, spec)


def _as_delivered(table: pa.Table, spec: Table) -> pa.Table:
    """The table with the columns of DELIVERED_AS in their types."""
    for position, name in enumerate(table.column_names):
        deliver = DELIVERED_AS.get((spec.source, spec.name, name))
        if deliver:
            table = table.set_column(position, name, deliver(table[name]))
    return table
