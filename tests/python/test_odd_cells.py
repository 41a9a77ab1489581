"""Odd cells of every kind, drawn at random, in every column of the contract.

No build fails, no score leaves its range, no account without odd cells changes, and each odd cell
means what its kind says, or is in the quarantine. `SCENARIOS=20` draws more companies than one.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cases import CONTRACT, write_delivery
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from project import build, query, select

from demo.contract import Column, Table

SCENARIOS = int(os.environ.get("SCENARIOS", "1"))
ODD_CELLS = 250
GOOD_DAY = datetime(2026, 5, 4, 9)
NS_UTC = pa.timestamp("ns", tz="UTC")


@dataclass(frozen=True)
class Kind:
    """A kind of odd cell: how it is delivered, and whether it is refused."""

    name: str
    physical: pa.DataType
    value: object
    is_refused: bool
    plain: float | None = None
    """The number it means, which may lie outside a column's range."""


def _stamp(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


TIMES = [
    Kind("end of time", pa.string(), "9999-12-31 23:59:59", False),
    Kind("open end", pa.string(), "2999-12-31", False),
    Kind("spreadsheet zero", pa.string(), "1899-12-30T00:00:00Z", False),
    Kind("first day", pa.string(), "0001-01-01", False),
    Kind("blank", pa.string(), "  ", False),
    Kind("infinity", pa.string(), "infinity", False),
    Kind("with offset", pa.string(), "2026-05-04T11:00:00+02:00", False),
    Kind("no date", pa.string(), "31/02/2026", True),
    Kind("month 13", pa.string(), "2026-13-04", True),
    Kind("words", pa.string(), "next week", True),
    Kind("slip of a century", pa.string(), "0206-05-04", True),
    Kind("day as number", pa.int64(), 20260504, False),
    Kind("seconds", pa.int64(), 1777885200, False),
    Kind("milliseconds", pa.int64(), 1777885200000, False),
    Kind("microseconds", pa.int64(), 1777885200000000, False),
    Kind("nanoseconds", pa.int64(), 1777885200000000000, False),
    Kind("zero", pa.int64(), 0, False),
    Kind("serial day", pa.int64(), 46146, True),
    Kind("minus one", pa.int64(), -1, True),
    Kind("largest number", pa.int64(), 2**63 - 1, True),
    Kind("seconds as float", pa.float64(), 1777885200.5, False),
    Kind("NaN", pa.float64(), float("nan"), True),
    Kind("infinite number", pa.float64(), float("-inf"), True),
    Kind("day as decimal", pa.decimal128(38, 2), Decimal("20260504.00"), False),
    Kind("decimal beyond all time", pa.decimal128(38, 2), Decimal("9" * 30), True),
    Kind("part of a day", pa.string(), "0.4", True),
    Kind("nanoseconds with zone", NS_UTC, _stamp("2026-05-04T09:00:00"), False),
    Kind("last of pandas", NS_UTC, _stamp("2262-04-11T23:47:16"), False),
    Kind("epoch", NS_UTC, _stamp("1970-01-01"), False),
]
NUMBERS = [
    Kind("NaN", pa.float64(), float("nan"), True),
    Kind("negative NaN", pa.float64(), -float("nan"), True),
    Kind("infinity", pa.float64(), float("inf"), True),
    Kind("minus infinity", pa.float64(), float("-inf"), True),
    Kind("beyond decimals", pa.float64(), 1e30, True),
    Kind("largest float", pa.float64(), 1.7e308, True),
    Kind("tiny", pa.float64(), 1e-300, False, 1e-300),
    Kind("text", pa.string(), "n/a", True),
    Kind("comma", pa.string(), "3,5", True),
    Kind("text NaN", pa.string(), "NaN", True),
    Kind("too large a text", pa.string(), "1e400", True),
    Kind("blank", pa.string(), " ", False),
    Kind("plain text", pa.string(), "3", False, 3),
    Kind("decimal", pa.decimal128(38, 2), Decimal("3.00"), False, 3),
    Kind("huge decimal", pa.decimal128(38, 2), Decimal("9" * 30), True),
    Kind("half", pa.float64(), 2.5, False, 2.5),
    Kind("largest whole", pa.int64(), 2**63 - 1, True),
    Kind("whole", pa.int64(), 3, False, 3),
]
BOOLEANS = [
    Kind("one", pa.int64(), 1, False),
    Kind("two", pa.int64(), 2, True),
    Kind("NaN", pa.float64(), float("nan"), True),
    Kind("yes", pa.string(), "yes", False),
    Kind("word", pa.string(), "perhaps", True),
]
KINDS = {
    "date": TIMES,
    "timestamp": TIMES,
    "double": NUMBERS,
    "bigint": NUMBERS,
    "boolean": BOOLEANS,
}


@dataclass(frozen=True)
class OddCell:
    """An odd cell, in a row of an account of its own."""

    number: int
    table: Table
    column: Column
    kind: Kind

    @property
    def account(self) -> str:
        """The account's id, which the row and no other names."""
        return f"odd-{self.number}-"

    @property
    def refused(self) -> str | None:
        """What of the row must be in the quarantine: row, cell or (None) nothing."""
        if not self._is_refused():
            return None
        meta = self.column.meta
        decides = meta.get("key") or meta.get("required") or meta.get("decides")
        return "row" if decides else "cell"

    def _is_refused(self) -> bool:
        kind, meta = self.kind, self.column.meta
        is_none = kind.name in (
            "end of time", "open end", "spreadsheet zero", "first day", "blank", "infinity", "zero",
            "last of pandas", "epoch",
        )  # fmt: skip
        if is_none and not kind.is_refused:
            return meta.get("key") is True or bool(meta.get("required"))
        if kind.name in ("half", "tiny") and self.column.data_type == "bigint":
            return True
        scale = meta.get("range")
        if kind.plain is not None and isinstance(scale, list):
            return not scale[0] <= kind.plain <= scale[1]
        return kind.is_refused


def _cells_of(table: Table, kinds: dict[str, pa.DataType]) -> list[tuple[Table, Column, Kind]]:
    """Every odd cell a table can have, with one delivered type per column."""
    return [
        (table, column, kind)
        for column in table.columns
        for kind in KINDS.get(column.data_type, [])
        if kind.physical == kinds[column.name]
    ]


def draw_cells(seed: int) -> tuple[list[OddCell], dict]:
    """Odd cells over the whole contract, and the type in which each column is delivered."""
    random = Random(seed)
    types, possible = {}, []
    for key, table in CONTRACT.items():
        types[key] = {
            column.name: random.choice([kind.physical for kind in KINDS[column.data_type]])
            if column.data_type in KINDS
            else pa.string()
            for column in table.columns
        }
        possible += _cells_of(table, types[key])
    return [OddCell(n, *random.choice(possible)) for n in range(ODD_CELLS)], types


def _good(table: Table, column: Column, account: str) -> object:
    """A plain value for a column, in the contract's type."""
    if column.name == "account_id":
        return account
    if column.data_type == "timestamp":
        return GOOD_DAY
    if column.data_type == "date":
        return GOOD_DAY.date()
    if column.data_type in ("double", "bigint"):
        return 3
    if column.data_type == "boolean":
        return True
    words = {"survey_type": "nps", "milestone_type": "first_value", "feature_type": "feature"}
    words |= {"activity_type": "call", "opportunity_type": "expansion", "signal_type": "funding"}
    words |= {"verdict": "red", "judgement_reason": "other", "reference_type": "case_study"}
    if column.meta.get("vocabulary") in words:
        return words[column.meta["vocabulary"]]
    if column.meta.get("vocabulary") == "contact_role":
        return "champion"
    return f"{account}{column.name}"


def _as_delivered(value: object, physical: pa.DataType) -> object:
    """A plain value in the type in which its column is delivered."""
    if value is None or physical == pa.string():
        return value if value is None else str(value)
    if isinstance(value, datetime | date) and not isinstance(value, bool):
        moment = (
            value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
        )
        moment = moment.replace(tzinfo=UTC)
        if pa.types.is_timestamp(physical):
            return moment
        seconds = int(moment.timestamp())
        if pa.types.is_decimal(physical):
            return Decimal(seconds)
        return float(seconds) if pa.types.is_floating(physical) else seconds
    if pa.types.is_decimal(physical):
        return Decimal(str(value))
    return float(value) if pa.types.is_floating(physical) else int(value)


def _needed(table: Table) -> list[Column]:
    return [c for c in table.columns if c.meta.get("required") or c.meta.get("key") is True]


def _write(cells: list[OddCell], types: dict, folder: Path) -> None:
    """Write the quiet accounts and the odd cells, each in a row of its own."""
    plain = write_delivery([], folder / "plain")
    for key, table in CONTRACT.items():
        path = plain / table.source / f"{table.name}.parquet"
        rows = pq.read_table(path).to_pylist() if path.exists() else []
        if key == ("crm", "accounts"):
            rows += [
                {"account_id": cell.account} for cell in cells if cell.table.name != "accounts"
            ]
        if key == ("support", "organizations"):
            # a desk that lists organisations does not know the others
            rows = [
                {
                    "organization_id": f"org-f{n}",
                    "account_id": f"f{n}",
                    "created_at": datetime(2025, 1, 1),
                }
                for n in range(1, 7)
            ]
        if key == ("billing", "subscriptions"):
            rows += [
                {
                    "subscription_id": f"term-{cell.number}",
                    "account_id": cell.account,
                    "start_date": date(2026, 4, 1),
                    "end_date": date(2027, 4, 1),
                    "arr": 1000,
                    "seats": 5,
                }
                for cell in cells
            ]
        columns: dict[str, list] = {column.name: [] for column in table.columns}
        for row in rows:
            for column in table.columns:
                value = row.get(column.name)
                columns[column.name].append(_as_delivered(value, types[key][column.name]))
        for cell in cells:
            if cell.table is not table:
                continue
            for column in table.columns:
                value = None
                if column is cell.column:
                    value = cell.kind.value
                elif column in _needed(table):
                    good = _good(table, column, cell.account)
                    value = _as_delivered(good, types[key][column.name])
                columns[column.name].append(value)
        # a column that nobody fills is not delivered
        filled = {
            name: pa.array(values, type=types[key][name])
            for name, values in columns.items()
            if any(value is not None for value in values)
        }
        if filled:
            target = folder / "raw" / table.source / f"{table.name}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.table(filled), target)


# What others do not bear on: values of metrics, but for the share of all features in use.
UNTOUCHED = """
    select account_id, metric, round(metric_value, 9)
    from intermediate.int_scoring__explained_metrics
    where account_id in ('f1', 'f2', 'f3', 'f4', 'f5', 'f6') and as_of_date = date '2026-06-30'
        and metric <> 'feature_share_28d'
    order by all
"""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> list[tuple]:
    """What the quiet accounts come to by themselves."""
    folder = tmp_path_factory.mktemp("plain")
    raw = write_delivery([], folder / "raw")
    seen = select("+int_scoring__explained_metrics")
    return query(build(folder / "warehouse.duckdb", *seen, raw_path=raw), UNTOUCHED)


@settings(
    max_examples=SCENARIOS,
    deadline=None,
    derandomize=SCENARIOS == 1,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 10**9))
def test_odd_cells_are_read_or_refused_and_touch_nobody_else(seed, untouched, tmp_path_factory):
    cells, types = draw_cells(seed)
    folder = tmp_path_factory.mktemp("odd")
    _write(cells, types, folder)
    warehouse = build(folder / "warehouse.duckdb", raw_path=folder / "raw", as_of_date="2026-06-30")

    found: dict[int, set[tuple[str, str]]] = {}
    for table, raw_row, refused, column in query(
        warehouse,
        "select table_name, raw_row, refused, quarantine_column from marts.fct_quarantined_rows",
    ):
        (number,) = set(re.findall(r"odd-(\d+)-", raw_row))
        # of an account that is refused the term is, too
        if table == cells[int(number)].table.name:
            found.setdefault(int(number), set()).add((refused, column))
    wrong = [
        (cell.table.name, cell.column.name, cell.kind.name, found.get(cell.number), cell.refused)
        for cell in cells
        if found.get(cell.number, set())
        != ({(cell.refused, cell.column.name)} if cell.refused else set())
    ]
    assert wrong == []

    assert query(warehouse, UNTOUCHED) == _known(untouched, query(warehouse, UNTOUCHED))
    beyond = query(
        warehouse,
        "select count(*) from marts.fct_health_scores where health_score not between 0 and 100",
    )
    assert beyond == [(0,)]


def _known(before: list[tuple], after: list[tuple]) -> list[tuple]:
    """The values before, where a kind of row that only the odd rows brought has made none known."""
    now = {row[:2]: row[2] for row in after}
    return [
        (account, metric, now.get((account, metric)) if value is None else value)
        for account, metric, value in before
    ]
