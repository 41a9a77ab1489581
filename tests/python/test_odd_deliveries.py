"""Odd deliveries: accepted for a stated reason, or refused naming the file and how to fix it."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from project import build, query

from customer_health import dbt_plugin
from customer_health.raw_columns import nearest_column, undeclared_columns
from customer_health.raw_sources import folder_problems, raw_problems


def entry(source: str, table: str, *required: str, optional: str = "") -> dict:
    """Give a table of the contract."""
    named = [(name, True) for name in required] + [(name, False) for name in optional.split()]
    columns = [{"name": name, "required": is_required} for name, is_required in named]
    return {"source": source, "table": table, "columns": columns}


ACCOUNTS = entry(
    "crm", "accounts", "account_id", optional="account_name plan employees churned_date known_at"
)
TICKETS = entry(
    "support", "tickets", "ticket_id", "account_id", "created_at",
    optional="resolved_at priority csat_score",
)  # fmt: skip
CONTRACT = [ACCOUNTS, TICKETS, entry("support", "organizations", "organization_id")]

DAY = dt.datetime(2026, 1, 1)
TICKET = {"ticket_id": ["t1"], "account_id": ["a1"], "created_at": [DAY]}
ALL_ACCOUNT_COLUMNS = {
    "account_id": ["a1"],
    "account_name": ["A"],
    "plan": ["pro"],
    "employees": [50],
    "churned_date": pa.array([None], pa.date32()),
    "known_at": pa.array([None], pa.timestamp("us")),
}


def write(path: Path, table: dict | pa.Table) -> None:
    """Write a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path)


def accounts(raw: Path, without: str = "", **more) -> None:
    """Deliver the accounts with some columns more, or fewer."""
    columns = {k: v for k, v in ALL_ACCOUNT_COLUMNS.items() if k not in without.split()}
    write(raw / "crm" / "accounts.parquet", {**columns, **more})


def tickets(raw: Path, *parts: dict, names: tuple[str, ...] = ()) -> None:
    """Deliver the tickets as several files."""
    (raw / "support" / "tickets.parquet").unlink()
    for n, part in enumerate(parts):
        name = names[n] if names else f"{n}.parquet"
        write(raw / "support" / "tickets" / name, {**TICKET, **part})


def linked(raw: Path, place: str, target: str | Path) -> None:
    """Put a link where a file belongs."""
    (raw / place).parent.mkdir(parents=True, exist_ok=True)
    (raw / place).unlink(missing_ok=True)
    (raw / place).symlink_to(target)


def content(raw: Path, place: str, data: bytes) -> None:
    """Put bytes into a file."""
    (raw / place).parent.mkdir(parents=True, exist_ok=True)
    (raw / place).write_bytes(data)


def pipe(raw: Path) -> None:
    """Put a named pipe where a file belongs."""
    (raw / "support" / "organizations.parquet").unlink(missing_ok=True)
    os.mkfifo(raw / "support" / "organizations.parquet")


def as_folder(raw: Path) -> None:
    """Deliver tickets as Spark does."""
    (raw / "support" / "tickets.parquet").unlink()
    write(raw / "support" / "tickets.parquet" / "part-0.parquet", TICKET)
    content(raw, "support/tickets.parquet/_SUCCESS", b"")


def twice(raw: Path, *names: str) -> None:
    """Deliver an accounts table in which columns are there more than once."""
    arrays = [pa.array(["a1"]) for _ in names]
    write(raw / "crm" / "accounts.parquet", pa.Table.from_arrays(arrays, names=list(names)))


# What is done to a sound folder, and what the check must say of it: nothing (None, accepted for the
# reason in the name of the case), or an error or a warning with these texts.
Odd = tuple[Callable[[Path], object], str | None, tuple[str, ...]]
DELIVERIES: dict[str, Odd] = {
    # files
    "a table in a folder named as a file is read, as Spark writes it": (as_folder, None, ()),
    "a file that links to itself": (
        lambda raw: linked(raw, "support/organizations.parquet", "organizations.parquet"),
        "error", ("support/organizations.parquet: this link leads to no file. Fix: put",),
    ),
    "a link to nothing": (
        lambda raw: linked(raw, "support/tickets.parquet", "/nowhere/tickets.parquet"),
        "error", ("support/tickets.parquet: this link leads to no file",),
    ),
    "a link to a file is read as the file": (
        lambda raw: (
            write(raw.parent / "elsewhere.parquet", {"organization_id": ["o"]}),
            linked(raw, "support/organizations.parquet", raw.parent / "elsewhere.parquet"),
        ), None, (),
    ),
    "a link to a folder is read as the folder": (
        lambda raw: (
            write(raw.parent / "far" / "1.parquet", {"organization_id": ["o"]}),
            linked(raw, "support/organizations", raw.parent / "far"),
        ), None, (),
    ),
    "a link to a folder below the folder of a table": (
        lambda raw: (
            write(raw.parent / "far" / "2.parquet", TICKET),
            tickets(raw, {}),
            linked(raw, "support/tickets/older", raw.parent / "far"),
        ), "error", ("support/tickets/older: files behind this link", "Fix: put the files"),
    ),
    "a loop of folders below the folder of a table": (
        lambda raw: (tickets(raw, {}), linked(raw, "support/tickets/loop", "loop")),
        "warning", ("support/tickets/loop: only files whose names end in .parquet are read",),
    ),
    "no bytes": (
        lambda raw: content(raw, "crm/accounts.parquet", b""),
        "error", ("crm/accounts.parquet: the file cannot be read as Parquet",),
    ),
    "a CSV file renamed": (
        lambda raw: content(raw, "crm/accounts.parquet", b"account_id,plan\na1,pro\n"),
        "error", ("crm/accounts.parquet: the file cannot be read as Parquet",),
    ),
    "a damaged file among many": (
        lambda raw: (tickets(raw, {}, {}), content(raw, "support/tickets/1.parquet", b"PAR1")),
        "error", ("support/tickets/1.parquet: the file cannot be read as Parquet",),
    ),
    "a pipe": (pipe, "error", ("support/organizations.parquet: this is no plain file",)),
    "capitals at the end of a name": (
        lambda raw: (raw / "crm" / "accounts.parquet").rename(raw / "crm" / "accounts.PARQUET"),
        "error", ("crm/accounts.PARQUET: the end of this name", "rename it to accounts.parquet"),
    ),
    "a CSV file in the folder of a table": (
        lambda raw: (tickets(raw, {}), content(raw, "support/tickets/2.csv", b"a\n")),
        "warning", ("support/tickets/2.csv: only files whose names end in .parquet are read",),
    ),
    "a mark of success in the folder of a table is nobody's business": (
        lambda raw: (tickets(raw, {}), content(raw, "support/tickets/_SUCCESS", b"")), None, (),
    ),
    "what a writer left behind": (
        lambda raw: tickets(raw, {}, {}, names=("1.parquet", "_temporary/0/2.parquet")),
        "error", ("support/tickets/_temporary/0/2.parquet: a name that begins with",),
    ),
    "the log of a Delta table": (
        lambda raw: tickets(raw, {}, {}, names=("1.parquet", "_delta_log/1.parquet")),
        "error", ("support/tickets/_delta_log/1.parquet: a name that begins", "Fix: take it away"),
    ),
    "a file beside the folders of the sources": (
        lambda raw: write(raw / "tickets.parquet", TICKET),
        "warning", ("tickets.parquet: files beside the folders of the sources are not read",),
    ),
    "a name that is no text": (
        lambda raw: content(raw, os.fsdecode(b"crm/\xff.parquet"), b""),
        "warning", ("the contract has no table",),
    ),
    # columns
    "a date under another name": (
        lambda raw: accounts(raw, "churned_date", churned_on=[DAY.date()]),
        "warning", (
            "crm/accounts.parquet: 'churned_on' is not read; did you mean 'churned_date', which is"
            " not delivered? Fix: rename what is meant",
        ),
    ),
    "a name in the style of JavaScript": (
        lambda raw: accounts(raw, "churned_date", churnedDate=[DAY.date()]),
        "warning", ("'churnedDate' is not read; did you mean 'churned_date'",),
    ),
    "a name without underscores": (
        lambda raw: accounts(raw, "account_name", ACCOUNTNAME=["A"]),
        "warning", ("'ACCOUNTNAME' is not read; did you mean 'account_name'",),
    ),
    "a name in the singular": (
        lambda raw: accounts(raw, "employees", employee=[5]),
        "warning", ("'employee' is not read; did you mean 'employees'",),
    ),
    "a name as people write it": (
        lambda raw: accounts(raw, "employees", **{"Number of Employees": [5]}),
        "warning", ("'Number of Employees' is not read",),
    ),
    "all undeclared columns of a table stand in one warning, near ones first": (
        lambda raw: accounts(raw, "churned_date", a__c=[1], b__c=[1], date_churned=[DAY.date()]),
        "warning", (
            "'date_churned' is not read; did you mean 'churned_date', which is not delivered?"
            " Not read either, as crm.accounts has no such columns: 'a__c', 'b__c'.",
        ),
    ),
    "a near column that is delivered is not asked for": (
        lambda raw: accounts(raw, plans=["x"]),
        "warning", ("Not read, as crm.accounts has no such columns: 'plans'.",),
    ),
    "columns of loaders are nobody's business": (
        lambda raw: accounts(raw, _fivetran_synced=[DAY], _airbyte_raw_id=["x"], _dlt_id=["y"]),
        None, (),
    ),
    "a column that only some files have": (
        lambda raw: tickets(raw, {}, {"tier": ["x"]}),
        "warning", ("Not read, as support.tickets has no such columns: 'tier'.",),
    ),
    "an optional column that only some files have is unknown in the others": (
        lambda raw: tickets(raw, {}, {"priority": ["p1"]}), None, (),
    ),
    "a column twice": (
        lambda raw: twice(raw, "account_id", "plan", "plan"),
        "error", ("crm/accounts.parquet: the column 'plan' is there 2 times (plan, plan)", "keep"),
    ),
    "columns whose names differ in case": (
        lambda raw: twice(raw, "account_id", "Plan", "PLAN"),
        "error", ("the column 'plan' is there 2 times (Plan, PLAN)",),
    ),
    "an undeclared column twice is not read at all": (
        lambda raw: twice(raw, "account_id", "x", "X"), "warning", ("no such columns: 'X', 'x'.",),
    ),
    "no columns": (
        lambda raw: write(raw / "crm" / "accounts.parquet", pa.table({})),
        "error", ("crm/accounts.parquet: the required column 'account_id'",),
    ),
    # types
    "numbers of several types are read as the wider": (
        lambda raw: tickets(raw, {"csat_score": [1]}, {"csat_score": [1.5]}), None, (),
    ),
    "numbers and texts are read as texts": (
        lambda raw: tickets(raw, {"csat_score": [1]}, {"csat_score": ["1"]}), None, (),
    ),
    "times and texts are read as texts": (
        lambda raw: tickets(raw, {"resolved_at": [DAY]}, {"resolved_at": ["2026-01-01"]}),
        None, (),
    ),
    "times and dates are read as times": (
        lambda raw: tickets(raw, {"resolved_at": [DAY]}, {"resolved_at": [DAY.date()]}), None, (),
    ),
    "a column of nothing goes with any": (
        lambda raw: tickets(raw, {"resolved_at": [None]}, {"resolved_at": [DAY]}), None, (),
    ),
    "a file without values in a column goes with any, as pandas takes no dates for numbers": (
        lambda raw: tickets(
            raw, {"resolved_at": [DAY]}, {"resolved_at": pa.array([None], pa.float64())}
        ), None, (),
    ),
    "a file without rows goes with any": (
        lambda raw: (
            tickets(raw, {"resolved_at": [DAY]}),
            write(raw / "support" / "tickets" / "1.parquet", pa.table({
                "ticket_id": pa.array([], pa.string()), "account_id": pa.array([], pa.string()),
                "created_at": pa.array([], pa.int64()), "resolved_at": pa.array([], pa.float64()),
            })),
        ), None, (),
    ),
    "times in one file and numbers in another": (
        lambda raw: tickets(raw, {"resolved_at": [DAY]}, {"resolved_at": [1767225600]}),
        "error", (
            "support/tickets/1.parquet: 'resolved_at' is int64 here and timestamp[us] in ",
            "Fix: deliver the column with one type",
        ),
    ),
    "texts in one file and structs in another": (
        lambda raw: tickets(raw, {"priority": ["p1"]}, {"priority": [{"name": "p1"}]}),
        "error", ("support/tickets/0.parquet: 'priority' is string here and struct<name",),
    ),
    "texts in one file and lists in another": (
        lambda raw: tickets(raw, {"priority": ["p1"]}, {"priority": [["p1"]]}),
        "error", ("support/tickets/0.parquet: 'priority' is string here and list<",),
    ),
    "other types of a column that nothing reads": (
        lambda raw: tickets(raw, {"tier": [1]}, {"tier": [DAY]}), "warning", ("'tier'",),
    ),
    # names of folders
    "folders by day": (
        lambda raw: tickets(
            raw, {}, {}, names=("day=2024-01-30/1.parquet", "day=2024-02-01/1.parquet")
        ),
        None, (),
    ),
    "files in nested folders are all read": (
        lambda raw: tickets(raw, {}, {}, names=("2024/01/1.parquet", "2024/02/1.parquet")),
        None, (),
    ),
    "a column in the names of some folders": (
        lambda raw: tickets(raw, {}, {}, names=("priority=p1/1.parquet", "other/1.parquet")),
        "error", ("tickets/priority=p1: this name gives the column 'priority'", "Fix: put all"),
    ),
}  # fmt: skip


@pytest.fixture
def raw(tmp_path) -> Path:
    """Give a sound folder of raw data."""
    folder = tmp_path / "raw"
    accounts(folder)
    write(folder / "support" / "tickets.parquet", TICKET)
    return folder


def test_there_are_forty_odd_deliveries():
    assert len(DELIVERIES) >= 40


@pytest.mark.parametrize("case", DELIVERIES)
def test_an_odd_delivery_is_accepted_or_refused(raw, case):
    spoil, how, texts = DELIVERIES[case]
    spoil(raw)
    errors, warnings = raw_problems(str(raw), CONTRACT)
    about = [message.replace(f"{raw}/", "") for message in {"error": errors}.get(how, warnings)]
    assert bool(errors) == (how == "error"), errors
    assert len(about) == (how is not None), about
    assert all(text in about[0] for text in texts), about
    assert all(" Fix: " in message or " Fix: " in message for message in errors + warnings)
    if not errors:
        assert_every_file_is_read(raw)


def assert_every_file_is_read(raw: Path) -> None:
    """What the check accepts, DuckDB reads to the last row."""
    for folder in (raw / "support" / "tickets", raw / "support" / "tickets.parquet"):
        if folder.is_dir():
            rows = duckdb.sql(f"from read_parquet('{folder}/**/*.parquet', union_by_name = true)")
            written = sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet"))
            columns = ", ".join({*rows.columns} - {"tier"})  # what nothing reads
            assert len(rows.project(columns).fetchall()) == written


TYPES = {
    "whole": pa.array([7]),
    "unsigned": pa.array([7], pa.uint32()),
    "float": pa.array([1.5]),
    "decimal": pa.array([1], pa.decimal128(10, 2)),
    "boolean": pa.array([True]),
    "text": pa.array(["x"]),
    "category": pa.array(["x"]).dictionary_encode(),
    "bytes": pa.array([b"x"]),
    "date": pa.array([DAY.date()]),
    "time": pa.array([DAY], pa.timestamp("us")),
    "nanoseconds": pa.array([DAY], pa.timestamp("ns")),
    "time with a zone": pa.array([DAY], pa.timestamp("us", "UTC")),
    "time of day": pa.array([dt.time(1)]),
    "struct": pa.array([{"a": 1}]),
    "list": pa.array([[1]]),
    "nothing": pa.array([None], pa.null()),
}


@pytest.mark.parametrize("first", TYPES)
def test_types_are_refused_that_the_database_cannot_bring_together(raw, first):
    for second in TYPES:
        write(raw / "support" / "tickets" / "0.parquet", {**TICKET, "priority": TYPES[first]})
        write(raw / "support" / "tickets" / "1.parquet", {**TICKET, "priority": TYPES[second]})
        (raw / "support" / "tickets.parquet").unlink(missing_ok=True)
        errors, _ = raw_problems(str(raw), CONTRACT)
        files = raw / "support" / "tickets" / "*.parquet"
        query = f"select priority from read_parquet('{files}', union_by_name = true)"
        if not errors:
            duckdb.sql(query).fetchall()
        else:
            assert "'priority' is" in errors[0]
            # texts beside bytes would be read, as bytes
            if not ({first, second} & {"text", "category"} and "bytes" in (first, second)):
                with pytest.raises(duckdb.Error):
                    duckdb.sql(query).fetchall()


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("cancelled_at", "cancelled_date"),
        ("canceled_at", "cancelled_date"),
        ("cancellation_date", "cancelled_date"),
        ("cancelled", "cancelled_date"),
        ("CancelledOn", "cancelled_date"),
        ("Cancelled_Date__c", "cancelled_date"),
        ("closed_on", "closed_date"),
        ("response_ts", "responded_at"),
        ("first_response", "first_response_at"),
        ("seat_count", "seats"),
        ("n_seats", "seats"),
        ("isAutoRenew", "is_auto_renew"),
        ("mrr", None),
        ("updated_at", None),
        ("opened_at", None),
        ("plan_date", None),
        ("owner", None),
        ("", None),
        ("日付", None),
    ],
)
def test_the_nearest_column_is_near(name, column):
    columns = [
        "cancelled_date", "closed_date", "responded_at", "first_response_at", "seats", "arr",
        "is_auto_renew", "created_at", "reopened_at", "plan",
    ]  # fmt: skip
    assert nearest_column(name, columns) == column


def test_columns_of_tables_in_a_database_are_named_alike():
    delivered = ["ACCOUNT_ID", "CHURNED_ON", "_LOADED_AT"]
    (warning,) = undeclared_columns("crm.accounts", ACCOUNTS, delivered)
    assert warning.startswith("crm.accounts: 'CHURNED_ON' is not read; did you mean 'churned_date'")


def test_messages_may_name_files_whose_names_are_no_text():
    answer = dbt_plugin._as_json([os.fsdecode(b"\xff.parquet")], [])
    assert answer == '{"errors": ["?.parquet"], "warnings": []}'


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("raw", None),
        ("s3://bucket/raw", None),
        ("rwa", "there is no such folder of raw data. Fix: name"),
        ("zzz", "there is no such folder of raw data. Fix: run `make demo`"),
        ("raw/crm/accounts.parquet", "this is a file, not a folder"),
        ("raw/crm", "this folder holds Parquet files and no folders"),
        ("back\\slash", "with a backslash in its path cannot be read"),
        ("loop", "there is no such folder"),
    ],
)
def test_a_wrong_path_is_said_at_once(raw, path, text):
    (raw.parent / "back\\slash").mkdir()
    (raw.parent / "loop").symlink_to("loop")
    errors = folder_problems(path if "://" in path else str(raw.parent / path))
    assert len(errors) == (text is not None)
    assert text is None or text in errors[0]


ODD_NAMES = [
    "[a]",
    "]",
    "*",
    "?",
    "{a,b}",
    "it's",
    '"',
    "a b",
    "ü",
    "%20",
    "#",
    "$x",
    "a:b",
    "[!x]",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_folder_may_have_any_name(raw, name):
    folder = raw.parent / name / "raw"
    folder.parent.mkdir()
    raw.rename(folder)
    assert raw_problems(str(folder), CONTRACT) == ([], [])


def test_tables_are_read_alike_below_a_folder_of_any_name(tmp_path):
    raw = tmp_path / "".join(ODD_NAMES) / "plan=x" / "raw"
    accounts(raw, without="plan")
    write(raw / "support" / "tickets.parquet", TICKET)
    other = {"ticket_id": ["t2"], "resolved_at": [DAY]}
    tickets(raw, {}, other, names=("day=2026-01-01/[1]?.parquet", "day=2026-01-02/2.parquet"))
    write(raw / "support" / "organizations.parquet" / "part-0.parquet", {
        "organization_id": ["o1"], "account_id": ["a1"], "created_at": [DAY],
    })  # fmt: skip
    warehouse = tmp_path / "warehouse.duckdb"
    read = ("stg_crm__accounts", "stg_support__tickets", "stg_support__organizations")
    chosen = ("--exclude-resource-type", "test", "--select", *(f"+{name}" for name in read))
    build(warehouse, *chosen, raw_path=raw)
    sql = "select ticket_id, resolved_at from staging.stg_support__tickets order by 1"
    assert query(warehouse, sql) == [("t1", None), ("t2", DAY)]
    assert query(warehouse, "select account_id, plan from staging.stg_crm__accounts") == [
        ("a1", None)
    ]
    assert query(warehouse, "select count(*) from staging.stg_support__organizations") == [(1,)]
