"""Nothing personal is published, and who is erased is gone and stays away."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from sys import addaudithook

import duckdb
import pytest
from project import build, dbt, differences, query, select
from test_publication import publish_day

from customer_health.build import Record, draw_pages, publish
from customer_health.export import export
from customer_health.plan import FROM_NOTHING, FULL_REFRESH, Plan, planned
from customer_health.privacy.__main__ import main
from customer_health.privacy.raw_data import RawData, contacts_and_addresses, files_with
from customer_health.privacy.staging import rows_without_erased
from customer_health.privacy.tombstones import Tombstones
from customer_health.progress import Progress
from customer_health.publication import Refusal, Warehouse
from customer_health.sync.ledger import Ledger

PERSONAL = {
    "crm/contacts": ["full_name", "email"],
    "crm/goals": ["goal_name"],
    "support/tickets": ["subject"],
    "survey/responses": ["comment"],
}


def cells(file: Path, schema: str = "%") -> str:
    """All that a DuckDB file says, decompressed: the distinct values of every column."""
    found: list[str] = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for table, column in connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
            " join duckdb_tables() using (schema_name, table_name)"
            " where schema_name like $1 and data_type not in ('DATE', 'BOOLEAN', 'DOUBLE')",
            [schema],
        ).fetchall():
            values = f'select distinct cast("{column}" as varchar) from {table}'
            found += [value for (value,) in connection.execute(values).fetchall() if value]
    return "\n".join(found)


def found_in(texts: Iterable[str], *places: Path) -> list[str]:
    """Those of many texts that are in the bytes of files, or of all files below folders."""
    patterns = "\n".join(texts)
    command = [
        "grep",
        "--recursive",
        "--text",
        "--only-matching",
        "--no-filename",
        "--fixed-strings",
    ]
    done = subprocess.run(
        [*command, f"--regexp={patterns}", *map(str, places)],
        env={"LC_ALL": "C"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1)
    return sorted(set(done.stdout.splitlines()))


def raw_rows(folder: Path, table: str, select: str) -> list[tuple]:
    """Rows of a raw table, called `raw` in the select."""
    with duckdb.connect() as connection:
        name = folder / table
        files = name / "**/*.parquet" if name.is_dir() else f"{name}.parquet"
        connection.execute(f"create view raw as from read_parquet('{files}')")
        return connection.execute(select).fetchall()


@pytest.fixture(scope="module")
def built(built_demo, tmp_path_factory) -> Warehouse:
    """The demo as `make build` and `make instant` leave it, exported, and in part synced."""
    warehouse = Warehouse(tmp_path_factory.mktemp("privacy") / "scores.duckdb")
    with warehouse.locked():
        warehouse.building.mkdir()
        shutil.copy(built_demo.warehouse, warehouse.scratch.state)
        shutil.copytree(built_demo.warehouse.with_suffix(".target"), warehouse.target)
        plan = Plan(None, FROM_NOTHING)
        publish(warehouse, plan, None, built_demo.raw, "inputs", Progress(), Record(), draw_pages)
    with duckdb.connect(str(warehouse.instant_file)) as connection:
        connection.execute(f"attach '{warehouse.file}' as seen (read_only)")
        connection.execute("create schema marts")
        told = "select account_id from seen.marts.account_health"
        connection.execute(f"create table marts.fct_playbook_triggers as {told}")
    warehouse.instant_folder.mkdir()
    shutil.copy(built_demo.warehouse, warehouse.instant_folder / "state.duckdb")
    export(warehouse, warehouse.file.with_suffix(".export"))
    ledger = Ledger(warehouse.file.with_suffix(".sync.sqlite"), "a crm")
    keys = query(warehouse.file, "select crm_account_id from marts.sync_crm__account_health")
    now = "2026-07-01"
    with ledger.connection:
        ledger.connection.executemany(
            f"insert into deliveries values ('a crm', ?, '', 'pending', null, 1, '{now}', null)",
            keys,
        )
    ledger.close()
    return warehouse


@pytest.fixture(scope="module")
def gone(built_demo) -> Namespace:
    """Whom the tests erase: a contact with a role, a user, and an account of others."""
    ((contact, email, name, account),) = raw_rows(
        built_demo.raw,
        "crm/contact_roles",
        f"""
        select contact_id, email, full_name, account_id
        from read_parquet('{built_demo.raw}/crm/contacts.parquet')
        semi join raw using (contact_id)
        where
            email like '%@%' and length(trim(contact_id)) = 6
            and contact_id in (from '{built_demo.raw}/crm/activities.parquet' select contact_id)
        order by all limit 1
        """,
    )
    ((user,),) = raw_rows(
        built_demo.raw,
        "product/events",
        "select mode(user_id) from raw where regexp_full_match(user_id, 'u[0-9]+')",
    )
    ((other, other_name),) = raw_rows(
        built_demo.raw,
        "crm/accounts",
        f"""
        select account_id, account_name from raw
        where account_id > '{account}' order by account_id limit 1
        """,
    )
    return Namespace(
        contact=contact, email=email, name=name, user=user, account=other, account_name=other_name
    )


@pytest.fixture(scope="module")
def purged(built, built_demo, gone, tmp_path_factory) -> Warehouse:
    """A copy of what was published, with all three erased, and published again from there."""
    folder = tmp_path_factory.mktemp("purged")
    shutil.copytree(built.file.parent, folder, dirs_exist_ok=True, symlinks=True)
    warehouse = Warehouse(folder / built.file.name)
    (folder / built.file.name).unlink()
    os.link(warehouse.publications()[0].published, warehouse.file)
    # as a purge of the user leaves it that was killed once it had begun
    Tombstones.read(warehouse.tombstones).add({("user", gone.user)})
    exported = str(warehouse.file.with_suffix(".export"))
    for whom in (("--person", gone.email), ("--account", gone.account)):
        assert main(["--warehouse", str(warehouse.file), *whom, "--export", exported]) == 0
    return warehouse


def test_nothing_personal_is_published(built, built_demo, tmp_path):
    texts = {
        text.strip()
        for table, columns in PERSONAL.items()
        for column in columns
        for (text,) in raw_rows(built_demo.raw, table, f"select distinct {column} from raw")
        if text and text.strip()
    }
    assert len(texts) > 500
    # the whole state is searched too: staging leaves behind what is personal
    values = tmp_path / "values"
    values.write_text(cells(built.publications()[0].state) + cells(built.file))
    assert found_in(texts, values, built.file.parent) == []


def test_of_the_erased_nothing_is_left(built, purged, gone, tmp_path):
    texts = (gone.email, gone.name, gone.user, gone.account, gone.account_name)
    values = tmp_path / "values"
    values.write_text(cells(built.publications()[0].state))
    assert found_in(texts, values) == sorted((gone.user, gone.account, gone.account_name))
    files = (purged.publications()[0].state, purged.file, purged.instant_file)
    values.write_text("".join(map(cells, files)))
    assert found_in(texts, values, purged.file.parent) == []
    ids = "select contact_id from snapshots.snap_crm__contacts"
    assert (gone.contact,) not in query(purged.publications()[0].state, ids)
    with duckdb.connect() as connection:
        exported = purged.file.with_suffix(".export")
        found = connection.execute(
            f"select count(*) from '{exported}/account_health.parquet' where account_id = $1",
            [gone.account],
        ).fetchall()
    assert found == [(0,)]
    with sqlite3.connect(purged.file.with_suffix(".sync.sqlite")) as ledger:
        keys = [key.strip().lower() for (key,) in ledger.execute("select key from deliveries")]
    assert keys and gone.account not in keys


def test_what_is_published_of_all_others_stays(built, purged, gone):
    for mart in ("fct_health_scores", "account_health", "fct_validation_figures"):
        others = f"where account_id <> '{gone.account}'" if "health" in mart else ""
        assert differences(built.file, purged.file, f"select * from marts.{mart} {others}") == []
    # the pages are drawn again, without the account
    assert len(list((built.pages / "accounts").iterdir())) == 1 + len(
        list((purged.pages / "accounts").iterdir())
    )
    made = purged.current().manifest
    for mart, n_rows in made["row_counts"].items():
        assert query(purged.file, f"select count(*) from marts.{mart}") == [(n_rows,)]
    assert purged.current().is_intact


def test_the_record_and_the_list_name_nobody(purged, gone):
    record = purged.file.with_suffix(".purges.jsonl").read_text()
    listed = record + purged.tombstones.read_text()
    assert not any(str(name) in listed for name in vars(gone).values())
    kinds = [json.loads(line)["kind"] for line in record.splitlines()]
    assert kinds == ["person"] * 2 + ["account"] * 2


def test_the_next_night_does_not_bring_them_back(purged, built_demo, gone, tmp_path):
    given = Namespace(restate=False, full_refresh=False)
    plan = planned(purged, purged.current(), given, built_demo.raw)
    assert (plan.kind, plan.reason) == (FULL_REFRESH, "somebody was erased since the last build")
    state = shutil.copy(purged.publications()[0].state, tmp_path / "state.duckdb")
    select = ["path:models/staging", "path:snapshots", "int_monitoring__reconciliation"]
    outcome = dbt(
        "build",
        Path(state),
        *("--full-refresh", "--select", *select),
        *("--exclude-resource-types", "unit_test", "test"),
        raw_path=built_demo.raw,
        tombstones=str(purged.tombstones),
    )
    assert outcome.code == 0, outcome.text
    values = tmp_path / "values"
    values.write_text(cells(Path(state)))
    assert found_in((gone.email, gone.user, gone.account), values) == []
    counts = query(
        Path(state),
        "select table_name, n_erased, n_raw - n_erased = n_accepted + n_quarantined"
        " from intermediate.int_monitoring__reconciliation",
    )
    assert all(is_told for _, _, is_told in counts)
    erased = {table: n_erased for table, n_erased, _ in counts}
    assert all(erased[table] for table in ("contacts", "contact_roles", "users", "subscriptions"))
    # a call stays a call of the account
    calls = raw_rows(
        built_demo.raw,
        "crm/activities",
        f"""
        select distinct lower(trim(activity_id)), null from raw
        where trim(contact_id) = '{gone.contact}' order by all
        """,
    )
    said = query(
        Path(state),
        "select distinct activity_id, contact_id from staging.base_crm__activities order by all",
    )
    ids = {activity for activity, _ in calls}
    assert calls and [row for row in said if row[0] in ids] == calls


@pytest.mark.parametrize(
    "arguments",
    [("--person", "nobody@nowhere.example"), ("--account", "acc-none"), ("--person", " ")],
)
def test_nobody_known_is_a_clear_message_and_changes_nothing(built, capsys, arguments):
    assert main(["--warehouse", str(built.file), *arguments]) == 2
    assert "Fix: " in capsys.readouterr().err
    assert not built.tombstones.exists()


def test_a_purge_waits_for_no_build(built, gone, capsys):
    with built.locked():
        assert main(["--warehouse", str(built.file), "--account", gone.account]) == 2
    assert "is at work on it. Fix: wait until it is done" in capsys.readouterr().err


def test_an_id_of_two_people_is_not_guessed(tmp_path, capsys):
    warehouse = Warehouse(tmp_path / "scores.duckdb")
    people = """
        create table staging.users as select '101' as user_id;
        create table staging.contacts as select 101.0 as contact_id;
    """
    publish_day(warehouse, 1, change=people)
    purge = ["--warehouse", str(warehouse.file), "--person"]
    assert main([*purge, "101"]) == 2
    assert "Fix: say which, as PERSON=contact:<id>" in capsys.readouterr().err
    assert main([*purge, "ann.lee@x.example"]) == 2
    said = capsys.readouterr().err
    assert "no such person in this warehouse or its raw data. Fix: " in said
    assert "who is no longer delivered is found by id only" in said
    assert main([*purge, "contact:101"]) == 0
    left = "select (from (select count(*) from staging.{})) from range(1)"
    state = warehouse.current().state
    assert query(state, left.format("contacts")) == [(0,)]
    assert query(state, left.format("users")) == [(1,)]


def test_what_was_merged_into_an_account_goes_with_it(tmp_path, capsys):
    warehouse = Warehouse(tmp_path / "scores.duckdb")
    mergers = """
        create table marts.dim_accounts as
        from (values ('acc-1', null), ('acc-2', 'acc-1'), ('acc-3', 'acc-2'), ('acc-4', null))
            as accounts(account_id, merged_into_account_id);
        create table staging.tickets as select account_id from marts.dim_accounts;
    """
    publish_day(warehouse, 1, change=mergers)
    assert main(["--warehouse", str(warehouse.file), "--account", "ACC-1 "]) == 0
    assert "one account and 2 merged into it" in capsys.readouterr().out
    state = warehouse.current().state
    assert query(state, "from staging.tickets") == [("acc-4",)]
    tombstones = Tombstones.read(warehouse.tombstones)
    merged = {tombstones.hash("account", f"acc-{number}") for number in (1, 2, 3)}
    assert tombstones.hashes == merged


def test_a_refused_row_of_another_account_loses_the_reference(tmp_path):
    warehouse = Warehouse(tmp_path / "scores.duckdb")
    refused = """
        create table marts.fct_quarantined_rows as
        from (values
            ('{"account_id":"acc-6","parent_account_id":" Acc-7","region":null}'),
            ('{"account_id":"acc-7","parent_account_id":"acc-6"}'),
            ('{"email":null,"crm_account_id":"acc-7"}'),
            (null)
        ) as refused(raw_row)
    """
    publish_day(warehouse, 1, change=refused)
    assert main(["--warehouse", str(warehouse.file), "--account", "acc-7"]) == 0
    left = query(warehouse.current().state, "from marts.fct_quarantined_rows")
    assert left == [('{"account_id":"acc-6","region":null}',), (None,)]


def test_staging_leaves_rows_about_them_out_and_empties_mentions(tmp_path):
    tombstones = Tombstones.read(tmp_path / "list.csv")
    tombstones.add({("contact", "con-1"), ("email", "ann@x.example"), ("account", "acc-9")})

    def left(rows: str, **columns: dict) -> list[tuple]:
        names = ", ".join(columns)
        declared = [
            {"name": name, "delivered": "varchar", "meta": meta} for name, meta in columns.items()
        ]
        with duckdb.connect() as connection:
            connection.execute(f"create table delivered as from (values {rows}) as raw ({names})")
            table = {"sql": "delivered", "columns": declared}
            table |= {"tombstones": str(tombstones.file), "id_case": "lower"}
            return connection.execute(f"from {rows_without_erased(table)}").fetchall()

    account = {"id": True, "required": True}
    contacts = "('Con-1 ', 'a1', 'b@x'), ('c2', 'a1', ' Ann@X.example'), ('c3', 'Acc-9', null)"
    found = left(
        f"{contacts}, ('c4', 'a1', null)",
        contact_id={"id": True, "key": True},
        account_id=account,
        email={"personal": True},
    )
    assert found == [("c4", "a1", None)]
    found = left(
        "('a1', 'con-1', 'no'), ('a1', null, 'ok'), ('a1', 'c4', 'fine'), ('acc-9', 'c4', 'no')",
        account_id=account,
        contact_id={"id": True},
        comment={"personal": True},
    )
    assert found == [("a1", None, None), ("a1", None, "ok"), ("a1", "c4", "fine")]


CONTACTS = """
id,account_id,name,email,created_date
003-ANN,001-NORTHWIND,Ann Lee,Ann.Lee@northwind.example,2026-01-05
003-BOB,001-NORTHWIND,Bob Ray,bob@northwind.example,2026-01-05
"""
TASKS = """
id,account_id,who_id,type,is_closed,completed_date_time
00T-1,001-NORTHWIND,003-ANN,Call,true,2026-02-01 10:00:00
00T-2,001-NORTHWIND,003-BOB,Call,true,2026-02-02 10:00:00
"""
ACCOUNTS = "id,name\n001-NORTHWIND,Northwind\n"


@pytest.fixture
def salesforce(tmp_path) -> Path:
    """Raw data of two people as Salesforce has them."""
    folder = tmp_path / "raw" / "salesforce"
    folder.mkdir(parents=True)
    for table, rows in {"account": ACCOUNTS, "contact": CONTACTS, "task": TASKS}.items():
        (folder / f"{table}.csv").write_text(rows.lstrip(), encoding="utf-8")
    return folder.parent


def test_vendors_files_are_searched_by_what_their_columns_name(salesforce):
    raw = RawData(salesforce, {"crm": ["salesforce"]})
    address = ("email", "ann.lee@northwind.example")
    pairs = contacts_and_addresses(raw, "lower")
    assert pairs == {("003-ann", address[1]), ("003-bob", "bob@northwind.example")}
    contact, task = (salesforce / "salesforce" / f"{name}.csv" for name in ("contact", "task"))
    assert files_with(raw, {address}, "lower") == {contact: 1}
    assert files_with(raw, {address, ("contact", "003-ann")}, "lower") == {
        contact: 1,
        task: 1,
    }
    found = files_with(raw, {("account", "001-northwind")}, "lower")
    assert found == {salesforce / "salesforce/account.csv": 1, contact: 2, task: 2}
    # whatever holds the text of a contact's id is no account
    assert files_with(raw, {("account", "003-ann")}, "lower") == {}


def test_people_of_two_connections_with_one_id_are_two(salesforce):
    other = salesforce / "salesforce_emea" / "contact.csv"
    other.parent.mkdir()
    other.write_text("id,account_id,email\n003-ANN,001-X,ann@x.example\n", encoding="utf-8")
    raw = RawData(salesforce, {"crm": ["salesforce", "salesforce_emea"]})
    pairs = contacts_and_addresses(raw, "lower")
    assert {pair for pair in pairs if "ann" in pair[0]} == {
        ("003-ann", "ann.lee@northwind.example"),
        ("salesforce_emea:003-ann", "ann@x.example"),
    }
    assert files_with(raw, {("contact", "salesforce_emea:003-ann")}, "lower") == {other: 1}
    assert other not in files_with(raw, {("contact", "003-ann")}, "lower")
    assert files_with(raw, {("account", "salesforce_emea:001-x")}, "lower") == {other: 1}


def test_rows_of_persons_are_found_whatever_they_begin_with(salesforce):
    contact = salesforce / "salesforce" / "contact.csv"
    rows = contact.read_text().replace("003-ANN", "#003-ANN")
    contact.write_text(rows)
    raw = RawData(salesforce, {})
    pairs = contacts_and_addresses(raw, "lower")
    assert ("#003-ann", "ann.lee@northwind.example") in pairs
    contact.write_text(f"{rows}cut off\n")
    n_lines = rows.count("\n") + 1
    with pytest.raises(Refusal, match=f"contact.csv, line {n_lines}: the row has 1 cell.* Fix: "):
        contacts_and_addresses(raw, "lower")


def test_who_was_erased_does_not_come_back_from_a_vendors_files(salesforce, tmp_path):
    tombstones = Tombstones.read(tmp_path / "list.csv")
    tombstones.add({("contact", "003-ann"), ("email", "ann.lee@northwind.example")})
    # somebody else, to whom another connection gave the same id
    (salesforce / "salesforce_emea").mkdir()
    (salesforce / "salesforce_emea" / "account.csv").write_text(ACCOUNTS, encoding="utf-8")
    (salesforce / "salesforce_emea" / "contact.csv").write_text(
        "id,account_id,created_date\n003-ANN,001-NORTHWIND,2025-01-01\n", encoding="utf-8"
    )
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("+stg_crm__contacts", "+stg_crm__activities"),
        raw_path=salesforce,
        vendors={"crm": ["salesforce", "salesforce_emea"]},
        tombstones=str(tombstones.file),
    )
    contacts = query(warehouse, "select contact_id from staging.stg_crm__contacts")
    assert sorted(contacts) == [("003-bob",), ("salesforce_emea:003-ann",)]
    calls = query(warehouse, "select activity_id, contact_id from staging.stg_crm__activities")
    assert sorted(calls) == [("00t-1", None), ("00t-2", "003-bob")]


FILE_EVENTS = ("os.rename", "os.link", "os.remove", "shutil.rmtree")


def _in_child(work: Callable[[], object], folder: Path, die_at: int = 0) -> int:
    """Do something in a child that dies before the nth change of names below a folder."""
    if child := os.fork():
        return os.waitpid(child, 0)[1]
    events = 0

    def count(event: str, arguments: tuple) -> None:
        nonlocal events
        if event in FILE_EVENTS and str(arguments[0]).startswith(str(folder)):
            events += 1
            if events == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    addaudithook(count)
    try:
        os._exit(work())
    except BaseException:
        os._exit(9)


def test_a_purge_killed_anywhere_is_done_again(tmp_path):
    warehouse = Warehouse(tmp_path / "scores.duckdb")
    for day in (1, 2):
        publish_day(warehouse, day)
    untouched = tmp_path.with_name(f"{tmp_path.name}_untouched")
    shutil.copytree(tmp_path, untouched, symlinks=True)
    purge = ["--warehouse", str(warehouse.file), "--account", "acc-7"]
    die_at = 1
    while end := _in_child(lambda: main(purge), tmp_path, die_at):
        assert end == signal.SIGKILL
        assert _in_child(lambda: main(purge), tmp_path) == 0, f"after death at {die_at}"
        assert len(warehouse.publications()) == 2
        for file in (warehouse.file, *(kept.state for kept in warehouse.publications())):
            assert "acc-7" not in cells(file)
            assert "acc-6" in cells(file)
        assert warehouse.current() == warehouse.publications()[0]
        assert warehouse.current().is_intact
        assert not warehouse.building.exists()
        assert warehouse.pages.exists() or not warehouse.pages.is_symlink()
        shutil.rmtree(tmp_path)
        shutil.copytree(untouched, tmp_path, symlinks=True)
        die_at += 7
    assert die_at > 20
