"""`make start` recognises tools' tables and says what to do; `make check` judges their rows."""

import csv
import re
import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment
from project import PROJECT

from customer_health import build, check, start
from customer_health.dbt_run import Failure
from customer_health.manifest import variables_of
from customer_health.plan import FULL_REFRESH, INCREMENTAL, planned
from customer_health.publication import Publication, Refusal, Warehouse
from customer_health.recognition import delivered_files, recognise
from customer_health.vendors import chosen_vendors, declared_tables, filled_tables

ACCOUNTS = [
    {"id": f"001A0000000000{n}AAA", "name": name, "industry": "Retail", "is_deleted": "false"}
    | {"parent_id": "", "owner_id": "005A", "number_of_employees": "20", "billing_country": "DE"}
    | {"master_record_id": "", "plan_c": "pro", "website": f"www.{name}.example"}
    for n, name in enumerate(["Northwind", "Contoso"])
]
OPPORTUNITIES = [
    {"id": f"006A0000000000{n}AAA", "account_id": account["id"], "type": "New", "stage_name": "Won"}
    | {"amount": "100", "created_date": "2025-01-01", "is_closed": "true", "is_won": "true"}
    | {"close_date": "2025-02-01", "is_deleted": "false"}
    for n, account in enumerate(ACCOUNTS)
]
EVENTS = [
    {"id": f"00UA000000000{n:02}AAA", "account_id": account_id, "who_id": "", "what_id": ""}
    | {"type": kind, "start_date_time": f"2026-0{n % 6 + 1}-10 10:00:00", "is_child": "false"}
    | {"activity_date": "", "activity_date_time": "", "is_deleted": "false", "is_recurrence": ""}
    for n, (account_id, kind) in enumerate(
        [(account["id"], "Meeting") for account in ACCOUNTS] * 6
        + [(ACCOUNTS[0]["id"], "Teleport")] * 2
        + [("001A00000000009AAA", "Meeting")]
    )
]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def exports(tmp_path) -> Path:
    """Salesforce's tables as a person has exported them, with subscriptions of the contract."""
    root = tmp_path / "my exports"
    write(root / "salesforce" / "account.csv", ACCOUNTS)
    write(root / "salesforce" / "opportunity.csv", OPPORTUNITIES)
    write(root / "salesforce" / "event.csv", EVENTS)
    (root / "billing").mkdir()
    duckdb.sql(
        f"""
        copy (
            select 's' || id as subscription_id, id as account_id, date '2025-02-01' as start_date,
                date '2027-02-01' as end_date, 1000.0 as arr
            from read_csv('{root}/salesforce/account.csv')
        ) to '{root}/billing/subscriptions.parquet'
        """
    )
    return root


def recognised(root: Path) -> dict[str, str]:
    """What each file was recognised as."""
    matches, *_ = recognise(delivered_files(root, []))
    return {str(match.delivered.path.relative_to(root)): match.table.full_name for match in matches}


def test_start_writes_what_check_and_build_find(exports, capsys, monkeypatch):
    assert start.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"account +10 of 10 columns", said)
    assert "Filled: crm.accounts (salesforce), billing.subscriptions, crm.activities" in said
    assert re.search(r"crm\.contacts +salesforce's contact; crm/contacts\.parquet", said)
    assert "salesforce,account,plan,plan_c" in said
    assert re.search(r"financial +[1-9]", said)
    assert re.search(r"^  support: .*open_p1_tickets", said, re.M)
    assert f"`make build RAW_PATH='{exports}'`" in said
    assert chosen_vendors(None, exports) == {"crm": ["salesforce"]}

    assert check.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"crm\.activities +15 +12 +0 +3  2026-01-10 to 2026-06-10", said)
    assert re.search(r"crm\.accounts +2 +2 +0 +0$", said, re.M)
    assert "2 rows        crm.activities, activity_type: 'Teleport' (2)" in said
    assert "1 row         crm.activities, account_id: '001A00000000009AAA'" in said
    assert "Accounts known: 2. With rows in billing 2." in said
    assert not list(check.FOLDER.glob("state*"))

    given = {}

    def stop(_warehouse, _plan, variables, *_others):
        given.update(variables)
        raise Failure("stopped here")

    monkeypatch.setattr(build, "run_build", stop)
    arguments = ["--warehouse", str(exports / "w.duckdb"), "--raw-path", str(exports)]
    assert build.main(arguments) == 1
    assert given["vendors"] == {"crm": ["salesforce"]}
    assert build.main([*arguments, "--vendors", "crm=hubspot+salesforce"]) == 1
    assert given["vendors"] == {"crm": ["hubspot", "salesforce"]}


def test_check_says_what_keeps_raw_data_from_being_built(exports, capsys):
    (exports / "billing/subscriptions.parquet").write_bytes(b"no Parquet")
    assert check.main(["--raw-path", str(exports)]) == 1
    assert "subscriptions.parquet: the file cannot be read as Parquet" in capsys.readouterr().err
    assert check.main(["--raw-path", str(exports / "none")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_a_long_text_is_read_and_cut_where_it_is_shown(exports, capsys):
    text = "a secret " * 20_000
    events = [{**EVENTS[0], "id": "00U00000000long", "type": text, "description": text}]
    write(exports / "salesforce" / "event.csv", [*events, *EVENTS])
    assert start.main(["--raw-path", str(exports)]) == 0
    assert "crm.activities" in capsys.readouterr().out
    assert check.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert f"crm.activities, activity_type: 'Teleport' (2), '{text[:40]}…'" in said
    assert max(map(len, said.splitlines())) < 1_000


def test_what_is_personal_is_not_shown(tmp_path, capsys):
    for table, columns in {
        "crm/accounts": "'a' as account_id",
        "billing/subscriptions": "'s' as subscription_id, 'a' as account_id,"
        " date '2025-02-01' as start_date, date '2027-02-01' as end_date, 1000.0 as arr",
        "crm/contacts": "unnest(['jo@example.com', 'c2']) as contact_id, 'nowhere' as account_id,"
        " 'Jo Smith' as full_name, 'jo@example.com' as email, date '2025-02-01' as created_at",
    }.items():
        path = tmp_path / f"{table}.parquet"
        path.parent.mkdir(exist_ok=True)
        duckdb.sql(f"copy (select {columns}) to '{path}'")
    assert check.main(["--raw-path", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "2 rows        crm.contacts, account_id: 'nowhere' (2)" in said
    assert "Jo Smith" not in said
    assert "jo@example.com" not in said


def test_check_counts_the_rows_whose_values_it_does_not_show():
    with duckdb.connect() as judgement:
        judgement.execute(
            """
            create schema marts;
            create table marts.fct_quarantined_rows as
            select 'crm' as source_name, 'contacts' as table_name, 'row' as refused,
                'unknown account' as quarantine_reason, 'account_id' as quarantine_column,
                '{"account_id": "' || if(n < 3, 'a', 'b' || n % 5) || '"}' as raw_row
            from range(13) as numbers(n)
            """
        )
        said = list(check._faults(judgement))
    assert said[-1].endswith(
        "13 rows       crm.contacts, account_id: 'a' (3), 'b0' (2), 'b1' (2) and 6 more"
    )


def test_a_source_all_of_whose_rows_are_refused_is_not_called_absent():
    with duckdb.connect() as judgement:
        judgement.execute(
            """
            create schema intermediate;
            create schema policy;
            create table policy.metrics (metric varchar, feed varchar);
            insert into policy.metrics values ('arr_trend', 'billing_arr'), ('nps', 'survey_nps');
            create table intermediate.int_feeds__metrics as
                select 'any' as dimension, metric, feed, null as connected_from from policy.metrics;
            create table intermediate.int_feeds__connected (feed varchar);
            create table intermediate.int_monitoring__reconciliation
                (source_name varchar, n_raw int, n_accepted int);
            insert into intermediate.int_monitoring__reconciliation
                values ('billing', 7, 0), ('survey', 0, 0);
            """
        )
        *_, billing, survey = check.metrics(judgement)
    assert billing == "  billing (all of its rows are refused: `make check` says why): arr_trend"
    assert survey == "  survey: nps"


def test_start_reads_schemas_of_a_database(exports, capsys):
    database = exports / "company.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema sf_prod")
        for path in (exports / "salesforce").glob("*.csv"):
            connection.execute(f"create table sf_prod.{path.stem} as from read_csv('{path}')")
    before = database.read_bytes()
    assert start.main(["--database", str(database)]) == 0
    said = capsys.readouterr().out
    assert "sf_prod.account" in said
    assert f"--vars \"$(cat '{exports}/company.customer_health.yml')\"" in said
    assert (exports / "company.customer_health.yml").read_text().splitlines()[1:] == [
        "raw_path: ''",
        "vendors:",
        "  crm:",
        "  - salesforce",
        "salesforce_schema: sf_prod",
    ]
    assert database.read_bytes() == before


def test_start_reads_what_a_database_has_not_yet_taken_from_its_log(exports, monkeypatch):
    database = exports / "company.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("set wal_autocheckpoint = '1TB'")
        connection.execute("create schema sf_prod")
        for path in (exports / "salesforce").glob("*.csv"):
            connection.execute(f"create table sf_prod.{path.stem} as from read_csv('{path}')")
        left = exports / "left.duckdb"
        for file in (database, database.with_name("company.duckdb.wal")):
            shutil.copy(file, exports / file.name.replace("company", "left"))
    read = []

    @contextmanager
    def judged(_variables, scratch):
        with duckdb.connect(str(scratch), read_only=True) as connection:
            read.append(connection.execute("select count(*) from sf_prod.account").fetchone())
            yield connection

    monkeypatch.setattr(start, "judged", judged)
    monkeypatch.setattr(start, "metrics", lambda _: [])
    assert start.main(["--database", str(left)]) == 0
    assert read == [(2,)]


def test_tables_are_known_by_their_columns_wherever_they_lie(exports):
    shutil.move(exports / "salesforce", exports / "dump of May")
    write(
        exports / "dump of May" / "event.csv",
        [{name: "" for name in EVENTS[0]}],
    )
    write(
        exports / "Events.csv",
        [{"insert_id": "1", "distinct_id": "a", "device_id": "d", "name": "n", "time": "1"}],
    )
    write(exports / "notes.csv", [{"name": "n", "text": "t"}])
    assert recognised(exports) == {
        "billing/subscriptions.parquet": "billing.subscriptions",
        "dump of May/account.csv": "salesforce.account",
        "dump of May/event.csv": "salesforce.event",
        "dump of May/opportunity.csv": "salesforce.opportunity",
        "Events.csv": "mixpanel.event",
    }


def test_of_files_that_look_alike_the_one_with_the_name_is_the_table(exports, capsys):
    folder = exports / "salesforce"
    shutil.move(folder / "account.csv", folder / "sf_Account_Data_2026-05-31.csv")
    shutil.copy(folder / "sf_Account_Data_2026-05-31.csv", folder / "sf_account_history_data.csv")
    shutil.copy(folder / "sf_Account_Data_2026-05-31.csv", folder / "leads.csv")
    # what a table of few columns is, only its name can tell
    write(exports / "zd_domain_name_export.csv", [{"organization_id": "1", "domain_name": "x"}])
    organization = {"id": "1", "external_id": "001A", "created_at": "2026-01-01"}
    write(exports / "zd" / "organizations.csv", [organization])
    assert recognised(exports) == {
        "billing/subscriptions.parquet": "billing.subscriptions",
        "salesforce/event.csv": "salesforce.event",
        "salesforce/opportunity.csv": "salesforce.opportunity",
        "salesforce/sf_Account_Data_2026-05-31.csv": "salesforce.account",
        "zd_domain_name_export.csv": "zendesk.domain_name",
        "zd/organizations.csv": "zendesk.organization",
    }
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr()
    assert f"  salesforce.account            {folder}/leads.csv\n" in said.out
    assert "leads.csv" not in said.err


def test_a_table_of_few_columns_goes_by_its_name_alone(exports, capsys):
    folder = exports / "salesforce"
    for name in ("account", "event", "opportunity"):
        shutil.move(folder / f"{name}.csv", exports / f"sf_{name}_data.csv")
    write(exports / "sf_user_role_data.csv", [{"id": "1", "developer_name": "x"}])
    person = {"id": "1", "account_id": "2", "email": "x", "owner_id": "3"}
    write(exports / "sf_contact_history_data.csv", [person])
    write(exports / "contact_history.csv", [person])
    write(exports / "users.csv", [{"id": "1", "name": "x"}])
    # builds read Intercom's contacts only beside its conversations
    contact = {"id": "1", "updated_at": "2026-01-01", "role": "user", "email": "x"}
    write(exports / "intercom" / "contact_history.csv", [contact])
    assert set(recognised(exports).values()) == {
        "billing.subscriptions", "salesforce.account", "salesforce.event", "salesforce.opportunity",
    }  # fmt: skip
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr()
    assert "intercom" not in said.err
    assert str(exports / "intercom/contact_history.csv") in said.out.split("Not recognised")[1]


def test_several_files_of_one_table_go_into_its_folder(exports, capsys):
    folder = exports / "salesforce"
    (folder / "event.csv").rename(folder / "event_1.csv")
    shutil.copy(folder / "event_1.csv", folder / "event_2.csv")
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr().err
    assert f"  mkdir -p '{folder}/event'\n" in said
    for name in ("event_1.csv", "event_2.csv"):
        assert f"  mv -n '{folder}/{name}' '{folder}/event/{name}'\n" in said


def test_a_folder_too_high_is_named(exports, capsys):
    write(exports / "salesforce" / "contact.csv", [{"id": "003A", "account_id": "001A"}])
    assert start.main(["--raw-path", str(exports.parent)]) == 2
    said = capsys.readouterr().err
    assert f"the folders of your tools are in {exports}. Fix: name that, `make start" in said
    assert "mv -n" not in said


def test_files_of_one_folder_that_differ_are_a_table_each(exports, capsys):
    (exports / "eu").mkdir()
    shutil.move(exports / "salesforce", exports / "eu" / "sf")
    assert recognised(exports) == {
        "billing/subscriptions.parquet": "billing.subscriptions",
        "eu/sf/account.csv": "salesforce.account",
        "eu/sf/event.csv": "salesforce.event",
        "eu/sf/opportunity.csv": "salesforce.opportunity",
    }
    assert start.main(["--raw-path", str(exports)]) == 2
    moved = f"  mv -n '{exports}/eu/sf/event.csv' '{exports}/salesforce/event.csv'\n"
    assert moved in capsys.readouterr().err


def test_a_name_that_ends_in_capitals_is_to_be_changed(exports, capsys):
    path = exports / "salesforce" / "event.csv"
    path.rename(path.with_suffix(".CSV"))
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr().err
    assert "event.CSV: the end of this name is not read. Fix: rename it to event.csv." in said


def test_rows_that_look_like_comments_are_counted_and_broken_ones_named(exports, capsys):
    path = exports / "salesforce" / "event.csv"
    written = {**EVENTS[0], "type": 'Meeting, "in" town'}
    numbered = [{**row, "id": f"#{n}"} for n, row in enumerate(EVENTS[:5])]
    write(path, [*numbered, *EVENTS, {**written, "id": "00U000000written"}])
    (exports / "customer_health.yml").write_text("vendors: {crm: salesforce}")
    assert check.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"crm\.activities +{len(EVENTS) + 6} ", said)
    n_lines = path.read_text().count("\n")
    with path.open("a") as file:
        file.write("31,a text, with a comma\n")
    assert check.main(["--raw-path", str(exports)]) == 1
    assert f"event.csv, line {n_lines + 1}: the row has 3 cells" in capsys.readouterr().err


def test_a_folder_of_other_things_is_refused(tmp_path, capsys):
    write(tmp_path / "things" / "notes.csv", [{"name": "n", "text": "t"}])
    assert start.main(["--raw-path", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "Not recognised, and not read: " + str(tmp_path / "things/notes.csv") in said.out
    assert (
        "is recognised here; docs/reference/vendors/README.md lists the vendors. Fix:" in said.err
    )
    assert not (tmp_path / "customer_health.yml").exists()


def test_files_elsewhere_are_to_be_moved_first(exports, capsys):
    shutil.move(exports / "salesforce", exports / "sf")
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr()
    assert f"  mkdir -p '{exports}/salesforce'\n" in said.err
    moved = f"  mv -n '{exports}/sf/account.csv' '{exports}/salesforce/account.csv'\n"
    assert moved in said.err
    assert not (exports / "customer_health.yml").exists()


def test_other_spellings_are_named_with_the_row_that_reads_them(exports, capsys, monkeypatch):
    spelled = [
        {"Id": row["id"], "AccountId": row["account_id"], "WhoId": "", "WhatId": "", "Type": "Call"}
        | {"StartDateTime": "2026-01-01", "ActivityDate": ""}
        for row in EVENTS
    ]
    write(exports / "salesforce" / "event.csv", spelled)
    start._say(str(exports), *recognise(delivered_files(exports, [])))
    said = capsys.readouterr().out
    assert "  salesforce,event,account_id,AccountId\n" in said
    assert "salesforce,event,id,Id" not in said
    rows = [{"vendor": "salesforce", "vendor_table": "event"} | {"column_name": "account_id"}]
    rows[0]["raw_column"] = "AccountId"
    write(exports / "seeds" / "policy" / "vendor_columns.csv", rows)
    monkeypatch.setattr("customer_health.vendors.PROJECT", exports)
    monkeypatch.setattr(
        "customer_health.recognition.vendor_tables",
        lambda: declared_tables("vendors/*/_*__sources.yml"),
    )
    start._say(str(exports), *recognise(delivered_files(exports, [])))
    assert "AccountId" not in capsys.readouterr().out


def test_a_required_column_that_is_missing_is_named(exports, capsys):
    write(
        exports / "salesforce" / "account.csv",
        [{name: value for name, value in row.items() if name != "id"} for row in ACCOUNTS],
    )
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr().err
    assert "account.csv: the required column 'id' of salesforce.account is missing. Fix:" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("vendors: [crm", "cannot be read"),
        ("vendor: {crm: salesforce}", "should hold `vendors` and nothing else"),
        ("vendors: salesforce", "should name a vendor for each source"),
        ("vendors: {crm: 1}", "'crm' should have a vendor"),
    ],
)
def test_a_file_that_cannot_be_understood_stops_with_the_fix(tmp_path, content, said):
    (tmp_path / "customer_health.yml").write_text(content)
    with pytest.raises(Refusal, match=f"customer_health.yml: .*{said}.* Fix: ") as refused:
        chosen_vendors(None, tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_vendors_of_a_command_go_before_those_of_the_file(tmp_path):
    (tmp_path / "customer_health.yml").write_text("vendors: {crm: salesforce}")
    told = chosen_vendors("crm=hubspot,support=zendesk+intercom", tmp_path)
    assert told == {"crm": ["hubspot"], "support": ["zendesk", "intercom"]}
    with pytest.raises(Refusal, match="'salesforce' names none. Fix: write it as crm=salesforce"):
        chosen_vendors("salesforce", tmp_path)


def test_other_vendors_are_read_from_the_beginning(tmp_path, monkeypatch):
    made = {"raw_data": {"path": "raw", "made_by": None}, "code": {}, "vendors": None}
    monkeypatch.setattr(Publication, "manifest", made)
    monkeypatch.setattr("customer_health.manifest.code_of", lambda _: {})
    monkeypatch.setattr("customer_health.manifest.raw_data_of", lambda *_: made["raw_data"])
    asked = build.argparse.Namespace(restate=False, full_refresh=False)
    warehouse, current = Warehouse(tmp_path / "w.duckdb"), Publication(tmp_path)
    assert planned(warehouse, current, asked, tmp_path).kind == INCREMENTAL
    other = planned(warehouse, current, asked, tmp_path, {"crm": ["salesforce"]})
    assert (other.kind, other.reason) == (
        FULL_REFRESH,
        "other vendors are named than for the last build",
    )


def test_what_goes_on_from_a_build_reads_the_same_vendors(tmp_path):
    made = {"raw_data": {"path": "data/own"}, "vendors": {"crm": ["salesforce"]}}
    read = {"raw_path": str(tmp_path / "data/own")}
    assert variables_of(made, tmp_path) == {**read, "vendors": {"crm": ["salesforce"]}}
    assert variables_of({**made, "vendors": None}, tmp_path) == read


def test_vendors_fill_what_their_models_say():
    text = (PROJECT / "macros/staging/raw_tables.sql").read_text()
    macro = Environment().from_string(text + "{% set _ = raw_tables(vendor) %}")
    filled: dict[str, list[tuple[str, str]]] = {}
    for vendor in {table.vendor for table in filled_tables()}:
        macro.render({"vendor": vendor, "return": partial(filled.__setitem__, vendor)})
    assert {(f.vendor, f.source, f.table) for f in filled_tables()} == {
        (vendor, *table) for vendor, tables in filled.items() for table in tables
    }


def test_two_folders_of_one_vendor_are_two_connections_of_it(exports, capsys):
    shutil.copytree(exports / "salesforce", exports / "salesforce_emea")
    assert start.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert f"{exports}/salesforce_emea/account.csv" in said
    assert "Not read" not in said
    assert chosen_vendors(None, exports) == {"crm": ["salesforce", "salesforce_emea"]}
    shutil.move(exports / "salesforce", exports / "US")
    shutil.move(exports / "salesforce_emea", exports / "EMEA (old)")
    assert start.main(["--raw-path", str(exports)]) == 2
    said = capsys.readouterr().err
    for place, connection in {"US": "us", "EMEA (old)": "emea_old"}.items():
        target = f"{exports}/salesforce_{connection}/account.csv"
        assert f"  mv -n '{exports}/{place}/account.csv' '{target}'\n" in said


def test_two_schemas_of_one_vendor_are_two_connections_of_it(exports, capsys):
    database = exports / "company.duckdb"
    with duckdb.connect(str(database)) as connection:
        for schema in ("sf_us", "sf_emea"):
            connection.execute(f"create schema {schema}")
            for path in (exports / "salesforce").glob("*.csv"):
                connection.execute(f"create table {schema}.{path.stem} as from '{path}'")
    assert start.main(["--database", str(database)]) == 0
    assert (exports / "company.customer_health.yml").read_text().splitlines()[1:] == [
        "raw_path: ''",
        "vendors:",
        "  crm:",
        "  - salesforce_sf_emea",
        "  - salesforce_sf_us",
        "salesforce_sf_emea_schema: sf_emea",
        "salesforce_sf_us_schema: sf_us",
    ]
    assert "Metrics:" in capsys.readouterr().out


def test_check_names_the_connection_of_what_is_refused(exports, capsys):
    shutil.copytree(exports / "salesforce", exports / "salesforce_emea")
    write(exports / "salesforce_emea" / "event.csv", EVENTS[-2:])
    assert start.main(["--raw-path", str(exports)]) == 0
    assert check.main(["--raw-path", str(exports)]) == 0
    said = capsys.readouterr().out
    assert "2 rows        crm.activities of salesforce, activity_type: 'Teleport' (2)" in said
    unknown = "'salesforce_emea:001A00000000009AAA'"
    assert f"1 row         crm.activities of salesforce_emea, account_id: {unknown}" in said
