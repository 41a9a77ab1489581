"""Dirt: rows spoilt in ways staging can repair, and added rows that staging has to reject.

Every added row fails for exactly one reason, and what is accepted after staging is the clean data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.contract import Column, Table
from demo.output import as_text
from demo.toolkit import DAY, dates, stamps

DUPLICATE = "duplicate key"
UNKNOWN_ACCOUNT = "unknown account"
UNPARSABLE = "unparsable value"
FUTURE = "date in the future"
NEGATIVE = "negative value"
MISSING = "missing value"
UNDECODABLE = "undecodable text"
UNKNOWN_VALUE = "unknown value"

BROKEN_TIMES = ("31/02/2025", "not a date", "2025-13-45", "yesterday")
ZONES = ((2, "+02:00"), (-5, "-05:00"))
FUTURE_DAYS = (61, 1500)

VARIANTS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    str.upper,
    lambda text: "".join(c.upper() if k % 2 else c for k, c in enumerate(text, 1)),
    lambda text: f"  {text} ",
    lambda text: f"\u00a0{text}\u00a0",
    lambda text: f"\u200b{text}",
    lambda text: f"\ufeff{text}",
)


@dataclass
class Ledger:
    """Rows planted for quarantine, by source, table and reason."""

    counts: Counter = field(default_factory=Counter)

    def add(self, table: Table, reason: str, rows: int) -> None:
        """Note planted rows."""
        self.counts[table.source, table.name, reason] += rows

    def columns(self) -> dict:
        """The ledger as columns of truth/dirt.parquet."""
        keys = sorted(self.counts)
        source, name, reason = (np.array([key[k] for key in keys], dtype=str) for k in range(3))
        rows = np.array([self.counts[key] for key in keys], dtype=np.int64)
        return {"source_name": source, "table_name": name, "reason": reason, "n_rows": rows}


def suitable_columns(table: Table) -> dict[str, list[str]]:
    """For each reason that a bad row of the table can have: the columns to break."""
    account = set(table.names("is_account"))
    keys = [name for name in table.names("key", "id") if name not in account]
    required = [name for name in table.must_have() if name not in account]
    moments = [name for name in table.names("not_in_future") if name != "known_at"]
    main = [name for name in moments if name in required or name == table.time_column]
    reasons = {
        DUPLICATE: table.names("key"),
        UNKNOWN_ACCOUNT: sorted(account),
        UNPARSABLE: [
            name for name in required if table.by_name[name].data_type in ("date", "timestamp")
        ],
        FUTURE: main or moments[:1],
        NEGATIVE: table.names("not_negative"),
        MISSING: required,
        UNDECODABLE: keys,
        UNKNOWN_VALUE: table.names("vocabulary"),
    }
    return {reason: names for reason, names in reasons.items() if names}


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


def _moved(text: str | None, zone: tuple[int, str]) -> str | None:
    """A UTC time text as the same moment written in another zone."""
    if text is None:
        return None
    moment = np.datetime64(text.rstrip("Z"), "s") + np.timedelta64(zone[0], "h")
    return f"{moment}{zone[1]}"


def _repairable(table: pa.Table, spec: Table, rng: np.random.Generator, rate: float) -> pa.Table:
    """Odd ids, other time zones and mojibake in about `rate` of the rows, in place."""
    rows = _some(rng, len(table), rate)
    id_columns = [name for name in spec.names("id") if name in table.column_names]
    chosen = rng.integers(0, len(id_columns), len(rows))
    variant = rng.integers(1, len(VARIANTS), len(rows))
    for k, name in enumerate(id_columns):
        here = chosen == k
        old = _values(table, name, rows[here])
        new = [text and VARIANTS[v](text) for text, v in zip(old, variant[here], strict=True)]
        table = _set(table, name, rows[here], new)

    rows = _some(rng, len(table), rate)
    zones = [ZONES[z] for z in rng.integers(0, len(ZONES), len(rows))]
    for name in table.column_names:
        if spec.by_name[name].data_type == "timestamp":
            new = [
                _moved(text, zone)
                for text, zone in zip(_values(table, name, rows), zones, strict=True)
            ]
            table = _set(table, name, rows, new)

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


def _broken(
    reason: str, column: Column, old: object, number: int, rng: np.random.Generator, last_day: int
) -> object:
    """The value that makes a row fail for the reason."""
    if reason == UNKNOWN_ACCOUNT:
        return f"acc-unknown-{number:06d}"
    if reason == UNPARSABLE:
        return BROKEN_TIMES[number % len(BROKEN_TIMES)]
    if reason == FUTURE:
        day = np.array([last_day + rng.integers(*FUTURE_DAYS)])
        if column.data_type == "date":
            return as_text(pa.array(dates(day)))[0].as_py()
        return as_text(pa.array(stamps(day * DAY + rng.integers(0, DAY))))[0].as_py()
    if reason == NEGATIVE:
        size = abs(old or 0) + 1
        return -size
    if reason == UNDECODABLE:
        return f"bad\ufffd{number:06d}"
    if reason == UNKNOWN_VALUE:
        return "teleport"
    return None


def spoil(
    table: pa.Table,
    spec: Table,
    rng: np.random.Generator,
    rate: float,
    last_day: int,
    ledger: Ledger,
) -> pa.Table:
    """The table with repairable dirt, added bad rows and rows out of order."""
    dirty = _repairable(table, spec, rng, rate)
    reasons = suitable_columns(spec)
    each = max(1, round(len(table) * rate / len(reasons)))
    parts, made, shuffled = [dirty], 0, rng.permutation(len(table))
    for reason, names in reasons.items():
        if reason == DUPLICATE:
            bad = dirty.take(pa.array(rng.choice(len(dirty), min(each, len(dirty)), replace=False)))
        else:
            bad = _templates(table, spec, shuffled, each, made)
            made += each
            names = [name for name in names if name in table.column_names]
            chosen = rng.integers(0, len(names), each)
            for k, name in enumerate(names):
                rows = np.flatnonzero(chosen == k)
                column = spec.by_name[name]
                new = [
                    _broken(reason, column, old, made + int(row), rng, last_day)
                    for row, old in zip(rows, _values(bad, name, rows), strict=True)
                ]
                bad = _set(bad, name, rows, new)
        ledger.add(spec, reason, len(bad))
        parts.append(bad)
    whole = pa.concat_tables(parts)
    return whole.take(pa.array(rng.permutation(len(whole))))
