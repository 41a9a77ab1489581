"""Reads the cases of tests/cases, writes them as raw data and compares what was built with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from project import PROJECT

from demo.contract import read_contract

FOLDER = PROJECT / "tests" / "cases"
NIGHTS = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 20))
CONTRACT = read_contract()
TYPES = {
    "varchar": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
}
SERIES = re.compile(r"(\d{4}-\d\d-\d\d[T\d:.]*)\.\.(\d{4}-\d\d-\d\d[T\d:.]*)(?:/(\d+))?")
Row = dict[str, object]


class CaseLoader(yaml.SafeLoader):
    """YAML in which `on` is a word; only true and false are truth values."""


CaseLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:bool" or first in "tTfF"
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=CaseLoader)


@dataclass(frozen=True)
class Case:
    """A delivery and what it must give."""

    name: str
    content: dict

    @property
    def build(self) -> str:
        """With which others it is built: shared, nights or own."""
        return self.content.get("build", "shared")

    @property
    def expected(self) -> dict:
        """What must come out."""
        return self.content["expect"]


def read_cases() -> list[Case]:
    """Every case, by name."""
    return [Case(path.parent.name, _read(path)) for path in sorted(FOLDER.glob("*/case.yml"))]


def write_delivery(cases: list[Case], folder: Path, night: int = 1, base: bool = True) -> Path:
    """Write what some cases deliver on a night, with the quiet accounts beside them."""
    rows: dict[str, list[Row]] = {}
    types: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, list[str]]] = {}
    contents = [case.content for case in cases]
    if base:
        quiet = _read(FOLDER / "base.yml")
        contents = [quiet, {"raw": quiet["nights"].get(night, {})}, *contents]
    for content in contents:
        for table, given in (content.get("raw") or {}).items():
            delivered = [row for entry in given for row in _expanded(entry, night)]
            rows.setdefault(table, []).extend(delivered)
        for table, named in (content.get("types") or {}).items():
            types.setdefault(table, {}).update(named)
        for table, named in (content.get("columns") or {}).items():
            columns.setdefault(table, {}).update(named)
    for table, delivered in rows.items():
        source, name = table.split(".")
        path = folder / source / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        written = _table(table, delivered, types.get(table, {}), columns.get(table, {}))
        pq.write_table(written, path)
    return folder


def mismatches(
    case: Case, warehouse: Path, as_of_date: date, night: int | None = None
) -> list[str]:
    """Where a warehouse differs from what a case expects, in words; of a night, if one is given."""
    found = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for account, metrics in (case.expected.get("metrics") or {}).items():
            if not _is_due(metrics, night):
                continue
            day = metrics.get("on", as_of_date)
            for metric, value in metrics.items():
                if metric in ("on", "after"):
                    continue
                actual = connection.execute(
                    "select metric_value from intermediate.int_scoring__explained_metrics"
                    " where account_id = ? and metric = ? and as_of_date = ?",
                    [account, metric, day],
                ).fetchall()
                if len(actual) != 1 or not _is_same(actual[0][0], value):
                    found.append(f"{account} {metric} on {day}: {actual}, expected {value}")
        for query in case.expected.get("rows") or []:
            if _is_due(query, night):
                found += _row_mismatches(query, connection)
    return found


def _is_due(expectation: dict, night: int | None) -> bool:
    return night is None or expectation.get("after", len(NIGHTS)) == night


def _row_mismatches(query: dict, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Where the rows of a table differ from those a query of a case expects."""
    table = query["table"] if "." in query["table"] else f"marts.{query['table']}"
    where = query.get("where", {})
    conditions = " and ".join(f"{column} is not distinct from ?" for column in where) or "true"
    rows = query.get("rows") or []
    columns = sorted({column for row in rows for column in row}) or ["count(*)"]
    actual = connection.execute(
        f"select {', '.join(columns)} from {table} where {conditions}", list(where.values())
    ).fetchall()
    told = f"{table} {where}"
    if not rows:
        if actual[0][0] != query.get("count", 0):
            yield f"{told}: {actual[0][0]} rows, expected {query.get('count', 0)}"
        return
    left = [dict(zip(columns, values, strict=True)) for values in actual]
    for row in rows:
        fit = [
            one
            for one in left
            if all(_is_same(one[column], value) for column, value in row.items())
        ]
        if fit:
            left.remove(fit[0])
        else:
            yield f"{told}: no row {row} among {left}"
    if len(actual) > len(rows):
        yield f"{told}: {left} not expected"


def _is_same(actual: object, expected: object) -> bool:
    if isinstance(actual, float | int) and isinstance(expected, float | int):
        return math.isclose(actual, expected, rel_tol=1e-6, abs_tol=1e-6)
    return actual == expected


def _expanded(entry: Row, night: int) -> Iterator[Row]:
    """The rows that an entry stands for on a night."""
    entry = dict(entry)
    if night not in entry.pop("nights", (night,)):
        return
    n_rows = entry.pop("repeat", None)
    series = {
        column: _series(*match.groups())
        for column, value in entry.items()
        if isinstance(value, str) and (match := SERIES.fullmatch(value))
    }
    for values in series.values():
        assert n_rows in (None, len(values)), f"series of different lengths: {entry}"
        n_rows = len(values)
    for number in range(n_rows or 1):
        yield {
            column: series[column][number]
            if column in series
            else value.replace("{n}", str(number + 1))
            if isinstance(value, str)
            else value
            for column, value in entry.items()
        }


def _series(first: str, last: str, step: str | None) -> list[date | datetime]:
    read = datetime.fromisoformat if "T" in first else date.fromisoformat
    day, until, days = read(first), read(last), timedelta(days=int(step or 1))
    values = []
    while day <= until:
        values.append(day)
        day += days
    return values


def _table(table: str, rows: list[Row], types: dict[str, str], columns: dict) -> pa.Table:
    """Rows of a raw table in the types of the contract, or those given."""
    declared = {c.name: TYPES[c.data_type] for c in CONTRACT[tuple(table.split("."))].columns}
    names = list(dict.fromkeys([*(name for row in rows for name in row), *columns.get("with", [])]))
    arrays = {}
    for name in names:
        if name in columns.get("without", []):
            continue
        given = types.get(name)
        kind = _type(given) if given else declared.get(name)
        values = [row.get(name) for row in rows]
        if kind is not None:
            values = [_value(value, kind) for value in values]
        arrays[name] = pa.array(values, type=kind)
    return pa.table(arrays)


def _type(name: str) -> pa.DataType | None:
    """A pyarrow type by its name; none: that of the values."""
    if name == "inferred":
        return None
    if match := re.fullmatch(r"timestamp\[(\w+), tz=(.+)\]", name):
        return pa.timestamp(match[1], tz=match[2])
    if match := re.fullmatch(r"decimal128\((\d+), (\d+)\)", name):
        return pa.decimal128(int(match[1]), int(match[2]))
    return pa.type_for_alias(name)


def _value(value: object, kind: pa.DataType) -> object:
    """A value of a YAML file as one of a type."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return value if isinstance(value, datetime) else datetime.combine(value, time())
    if pa.types.is_date(kind):
        return date.fromisoformat(value) if isinstance(value, str) else value
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_string(kind):
        return str(value)
    return value
