"""The model of an account's contracts: a recomputation by hand, and what must not matter to it."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace as Row

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from naive_contracts import Contract, outcomes
from project import PROJECT, dbt

AS_OF = date(2026, 6, 30)
FIRST_DAY = date(2023, 1, 1)
MODELS = (
    "int_policy__thresholds",
    "int_contracts__terms",
    "int_contracts__parts",
    "int_contracts__successions",
    "int_contracts__spans",
    "int_outcomes__term_ends",
)
with (PROJECT / "seeds" / "policy" / "thresholds.csv").open(encoding="utf-8") as file:
    POLICY = {row["threshold"]: float(row["value"]) for row in csv.DictReader(file)}

TEXTS = ("account_id", "subscription_id", "plan", "currency", "moved_to_account_id")
DATES = (
    *("start_date", "end_date", "cancelled_date", "known_date"),
    *("gave_way_date", "missing_date"),
)
NUMBERS = ("seats", "arr_in_contract_currency", "arr")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in TEXTS]
    + [(name, pa.date32()) for name in DATES]
    + [(name, pa.float64()) for name in NUMBERS]
    + [("is_end_told", pa.bool_())]
)
FIGURES = (
    "is_in_service",
    "seats",
    "arr",
    "arr_in_contract_currency",
    "term_start_date",
    "term_end_date",
    "renewal_date",
    "committed_arr_share_90d",
)
OUTCOMES = ("settled_date", "arr_before", "arr_after", "outcome", "n_terms_ended", "is_early")


class Models:
    """The compiled models, to be run on terms of any accounts."""

    def __init__(self, folder: Path):
        """Compile them once."""
        warehouse = folder / "warehouse.duckdb"
        outcome = dbt("compile", warehouse, "--select", *MODELS)
        assert outcome.code == 0, outcome.text
        self.sql = {
            path.stem: path.read_text(encoding="utf-8")
            for path in warehouse.with_suffix(".target").rglob("compiled/**/models/**/*.sql")
        }
        self.connection = duckdb.connect(str(folder / "run" / warehouse.name))
        for schema in ("policy", "intermediate", "staging"):
            self.connection.execute(f"create schema {schema}")
        self.connection.execute(f"""
            create table policy.thresholds as from '{PROJECT}/seeds/policy/thresholds.csv';
            create table staging.stg_calendar__clock as select date '{AS_OF}' as as_of_date;
            create table staging.stg_billing__invoices (
                account_id varchar, known_date date, due_date date, paid_date date,
                is_void boolean, is_owed boolean
            )
        """)

    def run(self, accounts: dict[str, list[Row]]) -> tuple[dict, dict]:
        """Spans of each account's contract, and what became of those that ended."""
        delivered = [
            {"account_id": account, "subscription_id": term.id, "is_end_told": True, **vars(term)}
            for account, terms in accounts.items()
            for term in terms
        ]
        rows = pa.Table.from_pylist(delivered, SCHEMA)  # noqa: F841 (DuckDB reads it by its name)
        self.connection.execute(
            "create or replace table intermediate.int_contracts__delivered_terms as from rows"
        )
        for model in MODELS:
            self.connection.execute(
                f"create or replace table intermediate.{model} as {self.sql[model]}"
            )
        return self.read("int_contracts__spans"), self.read("int_outcomes__term_ends")

    def read(self, model: str) -> dict[str, list[Row]]:
        """Rows of a model by account."""
        found = self.connection.execute(f"select * from intermediate.{model}")
        columns = [column[0] for column in found.description]
        by_account: dict[str, list[Row]] = {}
        for row in found.fetchall():
            row = Row(**dict(zip(columns, row, strict=True)))
            by_account.setdefault(row.account_id, []).append(row)
        return by_account


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Models:
    """The compiled models."""
    folder = tmp_path_factory.mktemp("contracts")
    (folder / "run").mkdir()
    return Models(folder)


# ---------------------------------------------------------------------- random accounts


def later(day: date, number: int) -> date:
    return day + timedelta(days=number)


numbers = count()


def a_term(**columns) -> Row:
    """A term in the reporting currency, with an id of no meaning."""
    given_columns = {"plan": None, "end_date": None, "cancelled_date": None, "currency": None}
    term = Row(**{**given_columns, "seats": None, "id": f"t{next(numbers)}", **columns})
    term.arr_in_contract_currency = columns.get("arr_in_contract_currency", term.arr)
    return term


def a_contract(chance: random.Random) -> list[Row]:
    """A contract and its renewals: early, late, flat, upgraded in between, unsigned, open-ended."""
    start = later(FIRST_DAY, chance.randint(0, 1000))
    plan = chance.choice([None, None, "a", "b"])
    currency = chance.choice([None, None, None, "EUR", "XXX"])
    rate = {None: 1, "EUR": 1.5, "XXX": None}[currency]
    arr = 60 * chance.randint(0, 20)
    terms = []
    for _ in range(chance.randint(1, 4)):
        length = chance.choice([30, 31, 90, 92, 180, 365, 365, 730, None])
        end = later(start, length) if length else None
        cancelled = None
        if chance.random() < 0.2:
            cancelled = later(start, chance.randint(-10, 2 * (length or 400)))
        terms.append(
            a_term(
                plan=plan,
                start_date=start,
                end_date=end,
                cancelled_date=cancelled,
                known_date=later(start, chance.choice([0, 0, 0, -1, -20, -45, 5])),
                seats=chance.choice([None, 10, 20]),
                arr_in_contract_currency=arr,
                arr=None if rate is None else arr * rate,
                currency=currency,
            )
        )
        ends = min(end or date.max, cancelled or date.max)
        if ends == date.max:
            break
        start = later(ends, chance.choice([0, 0, 0, 0, 1, 5, 14, 15, -1, -6, -30, -32]))
        arr = max(0, arr + 60 * chance.choice([0, 0, 0, 2, -2, 10, -10]))
    return terms


def some_accounts(chance: random.Random) -> list[list[Row]]:
    """Accounts of one to three contracts each."""
    return [
        [term for _ in range(chance.randint(1, 3)) for term in a_contract(chance)]
        for _ in range(ACCOUNTS)
    ]


# an example is a batch of accounts, drawn by its seed
ACCOUNTS = 50
many = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)


def days_of_interest(terms: list[Row]) -> list[date]:
    """The days on which something changes, those beside them, and some more."""
    days = {AS_OF}
    for term in terms:
        for day in (term.start_date, term.known_date, term.end_date, term.cancelled_date):
            if day:
                days |= {later(day, around) for around in (-91, -90, -1, 0, 1, 14)}
    chosen = random.Random(len(terms)).sample(sorted(days), min(len(days), 12))
    return sorted(day for day in chosen if FIRST_DAY <= day <= AS_OF)


def on(spans: list[Row], day: date) -> Row | None:
    """The span of a day."""
    found = [row for row in spans if row.from_date <= day < (row.until_date or date.max)]
    assert len(found) <= 1, "two spans of one day"
    return found[0] if found else None


def figures(row: Row | None, names: tuple[str, ...]) -> dict | None:
    def plain(value):
        return round(value, 9) if isinstance(value, float) else value

    return row and {name: plain(getattr(row, name)) for name in names}


@many
@given(seed=seeds)
def test_every_day_and_every_end_as_recomputed_term_by_term(models, seed):
    batch = some_accounts(random.Random(seed))
    given_accounts = {str(number): terms for number, terms in enumerate(batch)}
    spans, ends = models.run(given_accounts)
    for account, terms in given_accounts.items():
        for day in days_of_interest(terms):
            expected = Contract(terms, day, POLICY).as_of
            actual = on(spans.get(account, []), day)
            assert figures(actual, FIGURES) == figures(expected, FIGURES), (day, terms)
        expected = outcomes(terms, AS_OF, POLICY)
        actual = {row.ended_date: figures(row, OUTCOMES) for row in ends.get(account, [])}
        assert actual == {day: figures(row, OUTCOMES) for day, row in expected.items()}, terms


def changes(spans: list[Row], names: tuple[str, ...], only_in_service: bool = False) -> list:
    """What the spans say, those that say the same made one."""
    found = []
    for row in sorted(spans, key=lambda row: row.from_date):
        says = figures(row, names)
        until = row.until_date or date.max
        if only_in_service and not row.is_in_service:
            continue
        if found and found[-1][2] == says and found[-1][1] == row.from_date:
            found[-1][1] = until
        else:
            found.append([row.from_date, until, says])
    return found


@many
@given(seed=seeds)
def test_ids_and_order_say_nothing(models, seed):
    shuffled = random.Random(seed)
    batch = some_accounts(shuffled)
    given_accounts = {}
    for number, terms in enumerate(batch):
        others = [Row(**{**vars(term), "id": f"x{shuffled.random()}"}) for term in terms]
        shuffled.shuffle(others)
        given_accounts |= {f"{number}": terms, f"{number}-shuffled": others}
    spans, ends = models.run(given_accounts)
    for number in range(len(batch)):
        this, that = f"{number}", f"{number}-shuffled"
        assert changes(spans.get(this, []), FIGURES) == changes(spans.get(that, []), FIGURES)
        assert sorted(str(figures(row, OUTCOMES)) for row in ends.get(this, [])) == sorted(
            str(figures(row, OUTCOMES)) for row in ends.get(that, [])
        )


def split(term: Row, chance: random.Random) -> list[Row]:
    """The same contract in rows beside each other, or one after the other."""
    if chance.random() < 0.5:
        share = chance.choice([1, 2, 3]) / 6
        parts = []
        for beside, part in enumerate((share, 1 - share)):
            amounts = {
                name: None if getattr(term, name) is None else getattr(term, name) * part
                for name in ("arr", "arr_in_contract_currency", "seats")
            }
            parts.append(Row(**{**vars(term), **amounts, "id": f"{term.id}-{beside}"}))
        return parts
    last = term.end_date or later(term.start_date, 1000)
    cut = later(term.start_date, chance.randrange(1, (last - term.start_date).days))
    cancelled = term.cancelled_date
    if cut <= term.known_date or cut == cancelled:
        return [term]
    return [
        Row(
            **{
                **vars(term),
                "end_date": cut,
                "id": f"{term.id}-first",
                "cancelled_date": cancelled if cancelled and cancelled < cut else None,
            }
        ),
        Row(**{**vars(term), "start_date": cut, "id": f"{term.id}-second"}),
    ]


@many
@given(seed=seeds)
@example(seed=40)  # rows of two contracts, alike, between each other
def test_in_how_many_rows_a_contract_is_written_says_nothing(models, seed):
    chance = random.Random(seed)
    batch = some_accounts(chance)
    given_accounts = {}
    for number, terms in enumerate(batch):
        parts = [part for term in terms for part in split(term, chance)]
        given_accounts |= {f"{number}": terms, f"{number}-split": parts}
    spans, ends = models.run(given_accounts)
    what = tuple(name for name in OUTCOMES if name != "n_terms_ended")
    for number in range(len(batch)):
        this, that = f"{number}", f"{number}-split"
        parts = given_accounts[that]
        assert changes(spans.get(this, []), FIGURES) == changes(spans.get(that, []), FIGURES), (
            batch[number],
            parts,
        )
        assert {row.ended_date: figures(row, what) for row in ends.get(this, [])} == {
            row.ended_date: figures(row, what) for row in ends.get(that, [])
        }, (batch[number], parts)


@many
@example(seed=867)  # the add-on is open-ended as is another contract, and begins beside a renewal
@given(seed=seeds)
def test_a_small_add_on_moves_no_renewal_date(models, seed):
    chance = random.Random(seed)
    batch = some_accounts(chance)
    given_accounts = {}
    for number, terms in enumerate(batch):
        start = later(FIRST_DAY, chance.randrange(1200))
        add_on = a_term(
            plan="add-on",
            start_date=start,
            end_date=chance.choice([None, later(start, chance.choice([30, 365, 500]))]),
            known_date=later(start, chance.choice([0, -30])),
            arr=1,
        )
        # where two contracts of equal ARR end on two days, 1 more on one of them decides
        others = {day for term in terms for day in (term.end_date, term.cancelled_date) if day}
        if add_on.end_date not in others:
            given_accounts |= {f"{number}": terms, f"{number}-with": [*terms, add_on]}
    spans, _ = models.run(given_accounts)
    for number, terms in enumerate(batch):
        for span in spans.get(f"{number}", []):
            # where some ARR is unknown, seats are compared; beside nothing an add-on is large
            if span.is_in_service and all(term.arr for term in terms):
                beside = on(spans[f"{number}-with"], span.from_date)
                assert beside.renewal_date == span.renewal_date, (span, terms)
