"""Vendors' layouts: hand-worked rows come out as the contract's, and no public row is lost.

The cases are in tests/vendors/<vendor>.yml; those of all vendors are built at once. A date is
compared as the text that was delivered.
"""

import csv
import json
import shutil
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import duckdb
import pytest
from project import SHARED_DATA, build, copy_project, dbt, parsed, query, select
from spark import refused_by_spark
from vendors import CASES, all_vendors

from customer_health.csv_files import csv_rows

# Lines of a compiled model. The cases are text, and a time in text takes a dozen lines to read.
LONGEST = 900
EACH_CASE = [(vendor, case["name"]) for vendor in CASES for case in CASES[vendor]["cases"]]


def copies_of(number: str | int) -> int:
    """Rows that come of one which counts this many; a number that cannot be makes one."""
    return int(number) if 1 <= int(number) <= 100_000 else 1


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as a CSV file with all columns that any of them has; null and absent are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(
            {name: "" if value == "null" else value for name, value in row.items()} for row in rows
        )


@pytest.fixture(scope="module", params=["files", "tables"])
def built(request, tmp_path_factory) -> Path:
    """A warehouse with the models of all vendors, of the rows of all cases, files or tables."""
    folder = tmp_path_factory.mktemp(request.param)
    warehouse = folder / "warehouse.duckdb"
    for vendor, content in CASES.items():
        tables = defaultdict(list)
        for case in content["cases"]:
            for table, rows in case["given"].items():
                tables[table] += rows
        for table, rows in tables.items():
            write_csv(folder / "raw" / vendor / f"{table}.csv", rows)
    places = {"raw_path": folder / "raw"}
    if request.param == "tables":
        places = {"raw_path": "", **{f"{vendor}_schema": f"{vendor}_eu" for vendor in CASES}}
        with duckdb.connect(str(warehouse)) as connection:
            for path in (folder / "raw").glob("*/*.csv"):
                schema = f"{path.parent.name}_eu"
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(f'create table {schema}."{path.stem}" as from {csv_rows(path)}')
    return build(
        warehouse,
        *select("path:models/staging/vendors"),
        **places,
        vendors=all_vendors(),
    )


@cache
def rows_of(warehouse: Path, vendor: str, table: str) -> list[dict[str, str | None]]:
    """Rows of a vendor's model, as text."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"select cast(columns(*) as varchar) from staging.raw_{vendor}__{table}"
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize(("vendor", "name"), EACH_CASE)
def test_a_vendors_rows_become_those_of_the_contract(built, vendor, name):
    case = next(case for case in CASES[vendor]["cases"] if case["name"] == name)
    for table, expected in case["expect"].items():
        key = next(iter(expected[0]))
        found = rows_of(built, vendor, table)
        for row in expected:
            wanted = {name: None if value == "null" else value for name, value in row.items()}
            same_key = [other for other in found if other[key] == row[key]]
            assert len(same_key) == sum(other[key] == row[key] for other in expected), row
            assert wanted in [{name: other[name] for name in row} for other in same_key], same_key


def test_every_model_can_be_read_by_a_person_and_by_another_engine(built):
    folder = built.with_suffix(".target") / "compiled/customer_health/models/staging/vendors"
    compiled = {path.stem: path.read_text() for path in folder.rglob("*.sql")}
    assert set(compiled) == {f"raw_{vendor}__{table}" for vendor, table, _ in models()}
    assert {name: n for name, sql in compiled.items() if (n := sql.count("\n")) > LONGEST} == {}
    assert refused_by_spark(compiled) == {}


@pytest.mark.skipif(not SHARED_DATA.exists(), reason="public samples are not part of the project")
def test_every_public_row_is_accepted_or_refused_with_a_reason(tmp_path):
    raw = tmp_path / "raw"
    for vendor, content in CASES.items():
        if "sample" in content:
            seeds = SHARED_DATA / "vendor_samples" / content["sample"]["folder"] / "seeds"
            (raw / vendor).mkdir(parents=True)
            for table, file in content["sample"]["tables"].items():
                shutil.copy(seeds / file, raw / vendor / f"{table}.csv")

    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("+int_monitoring__reconciliation", "+fct_quarantined_rows"),
        raw_path=raw,
        vendors=all_vendors(),
    )

    delivered = Counter()
    for vendor, table, meta in models():
        for path in (raw / vendor / f"{name}.csv" for name in meta["rows_of"]):
            if path.exists():
                # a row that counts several becomes as many
                rows = csv.DictReader(path.open())
                delivered[table] += sum(copies_of(row.get(meta.get("copies"), 1)) for row in rows)
        # a row may become several
        delivered[table] += int(CASES[vendor].get("sample", {}).get("more_rows", {}).get(table, 0))
    judged = query(
        warehouse,
        """
        select table_name, n_raw, n_accepted + n_quarantined
        from intermediate.int_monitoring__reconciliation
        where n_raw > 0
        """,
    )
    assert sum(n for _, n, _ in judged) > 0
    assert judged == [(table, delivered[table], delivered[table]) for table, _, _ in judged]
    assert {table for table, n in delivered.items() if n} == {table for table, _, _ in judged}
    assert query(
        warehouse, "select * from marts.fct_quarantined_rows where quarantine_reason is null"
    ) == []  # fmt: skip


def models() -> list[tuple[str, str, dict]]:
    """Each vendor's models: vendor, raw table, and its meta, which names the tables it reads."""
    nodes = json.loads((parsed(vendors=all_vendors()) / "manifest.json").read_text())["nodes"]
    return [
        (
            Path(node["original_file_path"]).parent.name,
            node["name"].partition("__")[2],
            node["config"]["meta"],
        )
        for node in nodes.values()
        if node["original_file_path"].startswith("models/staging/vendors/")
        and node["resource_type"] == "model"
    ]


def test_a_stage_is_found_however_its_id_is_spelled_where_case_counts(tmp_path):
    stages = [{"stage_id": "Done", "ticket_state": "CLOSED"}]
    moved = {"ticket_id": "1", "name": "hs_pipeline_stage", "value": "Done"}
    tables = {
        "ticket": [{"id": "1", "property_createdate": "2026-01-05"}],
        "ticket_pipeline_stage": stages,
        "ticket_property_history": [{**moved, "timestamp_instant": "2026-01-06 10:00:00"}],
    }
    for table, rows in tables.items():
        write_csv(tmp_path / "raw/hubspot" / f"{table}.csv", rows)
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("raw_hubspot__tickets"),
        raw_path=tmp_path / "raw",
        vendors={"support": "hubspot"},
        id_case="preserve",
    )
    assert query(warehouse, "select resolved_at from staging.raw_hubspot__tickets") == [
        ("2026-01-06 10:00:00",)
    ]


def test_what_a_package_says_of_the_connection_changes_no_id(tmp_path):
    companies = [
        {"id": "1", "property_hs_merged_object_ids": "2", "source_relation": "db.hubspot"},
        {"id": "2", "property_hs_merged_object_ids": "", "source_relation": "db.hubspot"},
    ]
    write_csv(tmp_path / "raw/hubspot/company.csv", companies)
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("raw_hubspot__accounts"),
        raw_path=tmp_path / "raw",
        vendors={"crm": "hubspot"},
    )
    assert query(
        warehouse,
        """
        select account_id, source_relation, left_out
        from staging.raw_hubspot__accounts order by account_id
        """,
    ) == [("1", None, None), ("2", None, "merged into another company")]


def test_no_row_of_a_csv_file_is_lost_to_a_guess(tmp_path):
    path = tmp_path / "raw" / "zendesk" / "ticket.csv"
    columns = ["id", "organization_id", "requester_id", "created_at", "priority"]
    plain = [dict(zip(columns, [n, 1, 1, "2026-01-05", "low"], strict=True)) for n in range(25_000)]
    numbered = [{**plain[0], "id": f"#{n}"} for n in range(10)]
    quoted = [{**plain[0], "id": "late", "priority": 'low, as it "were"'}]
    write_csv(path, [*plain[:5], *numbered, *plain[5:], *quoted])
    chosen = select("raw_zendesk__tickets")
    given = {"raw_path": tmp_path / "raw", "vendors": {"support": "zendesk"}}
    warehouse = build(tmp_path / "warehouse.duckdb", *chosen, **given)
    counted = (
        "select count(*), count(*) filter (ticket_id like '#%') from staging.raw_zendesk__tickets"
    )
    assert query(warehouse, counted) == [(25_011, 10)]
    late = "select priority from staging.raw_zendesk__tickets where ticket_id = 'late'"
    assert query(warehouse, late) == [('low, as it "were"',)]
    with path.open("a") as file:
        file.write("ragged,1,1,2026-01-05,low, with a comma\n")
    outcome = dbt("build", warehouse, *chosen, **given)
    assert outcome.code != 0
    assert "ticket.csv, line 25013: the row has 6 cells, the header 5. Fix: put" in outcome.text


def test_a_field_of_a_json_column_is_read_where_the_policy_names_it(tmp_path):
    project = copy_project(tmp_path / "project")
    with (project / "seeds/policy/vendor_columns.csv").open("a") as policy:
        policy.write("mixpanel,event,account_id,properties.$company id\n")
        policy.write("amplitude,event,account_id,groups.org[0]\n")
    for vendor, column, values in [
        ("mixpanel", "properties", ['{"$company id": "Acme", "company": {}}', "{}", "no JSON", ""]),
        ("amplitude", "groups", ['{"org": ["Acme", "Globex"]}', '{"org": "Acme"}', "[", ""]),
    ]:
        rows = [{"name": "n", "event_type": "n", column: value} for value in values]
        write_csv(tmp_path / "raw" / vendor / "event.csv", rows)
    warehouse = build(
        tmp_path / "warehouse.duckdb",
        *select("raw_mixpanel__events", "raw_amplitude__events"),
        project=project,
        is_edited=False,
        raw_path=tmp_path / "raw",
        vendors=all_vendors(),
    )
    for vendor in ("mixpanel", "amplitude"):
        accounts = query(warehouse, f"select account_id from staging.raw_{vendor}__events")
        assert accounts == [("Acme",), (None,), (None,), (None,)]
