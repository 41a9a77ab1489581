"""Sources that stop or shrink are named: by a build as of its day, by dbt as of today."""

import json
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from project import dbt, make_demo, query

from customer_health.freshness import ages
from customer_health.vendors import raw_variables

# The time column of the raw tables that say where the sources end.
MOMENTS = {
    "product/events": "occurred_at",
    "crm/activities": "occurred_at",
    "crm/csm_assessments": "assessed_at",
    "support/tickets": "created_at",
    "survey/responses": "sent_at",
    "billing/invoices": "issued_date",
}
GOING_ON = ("product.events", "crm.activities", "support.tickets")
ABSENT = ("product.daily_usage", "crm.goals")


def keep_rows(raw: Path, table: str, before: object, share: int | None = None) -> None:
    """Leave the rows of a raw table before a day and, of later ones, one in `share`."""
    single, folder = raw / f"{table}.parquet", raw / table
    files = str(single if single.exists() else folder / "**" / "*.parquet")
    kept = single.with_suffix(".kept")
    condition = f"try_cast({MOMENTS[table]} as timestamptz) < '{before}'"
    if share:
        condition = f"{condition} or hash(delivered) % {share} = 0"
    duckdb.sql(f"copy (from '{files}' as delivered where {condition}) to '{kept}' (format parquet)")
    shutil.rmtree(folder, ignore_errors=True)
    kept.rename(single)


def alarms(warehouse: Path) -> dict[str, tuple[str, str]]:
    """Give status and reason of each raw table that is stale or small."""
    rows = query(
        warehouse,
        """
        select source_name || '.' || table_name, status, reason
        from intermediate.int_monitoring__freshness
        where status in ('warn', 'fail')
        """,
    )
    return {name: (status, reason) for name, status, reason in rows}


def test_sources_that_go_on_raise_no_alarm(built_demo):
    assert alarms(built_demo.warehouse) == {}


def test_sources_that_stop_or_shrink_are_named_and_stop_the_build_if_they_fail(
    built_demo, tmp_path
):
    raw = Path(shutil.copytree(built_demo.raw, tmp_path / "raw"))
    warehouse = Path(shutil.copy(built_demo.warehouse, tmp_path / "warehouse.duckdb"))

    def rebuild(models: str):
        flags = ("--exclude-resource-type", "unit_test", "--full-refresh", "--select", models)
        return dbt("build", warehouse, *flags, raw_path=raw)

    changed = "base_support__tickets base_crm__activities"
    sources = "int_monitoring__reconciliation int_monitoring__freshness account_health"
    keep_rows(raw, "support/tickets", before="2026-06-10")
    keep_rows(raw, "crm/activities", before="2026-06-03", share=10)
    outcome = rebuild(f"{changed} {sources}")

    assert outcome.code == 0, outcome.text
    found = alarms(warehouse)
    assert found.keys() == {"support.tickets", "crm.activities"}
    assert {status for status, _ in found.values()} == {"warn"}
    assert "before 2026-06-30; warns after 14" in found["support.tickets"][1]
    assert "rows in the 28 days to 2026-06-30" in found["crm.activities"][1]
    for _, reason in found.values():
        assert f"{reason}. Fix: deliver the table again" in outcome.text
    named = [("crm.activities, support.tickets",)]
    stale = "select distinct stale_sources from marts.account_health"
    assert query(warehouse, stale) == named

    keep_rows(raw, "product/events", before="2026-06-01")
    events = "stg_calendar__daily_rows base_product__events+1 stg_product__event_days"
    outcome = rebuild(f"{events} int_facts__feature_days {sources}")

    assert outcome.code == 1
    status, reason = alarms(warehouse)["product.events"]
    assert status == "fail" and "fails after 14" in reason and reason in outcome.text
    assert query(warehouse, stale) == named


def by_the_wall_clock(
    warehouse: Path, raw: Path, tables: Iterable[str] = (*GOING_ON, *ABSENT), **variables
) -> tuple[int, dict[str, str]]:
    """Run `dbt source freshness`; its exit code and the status of each raw table."""
    target = warehouse.with_suffix(".target")
    chosen = " ".join(f"source:{table}" for table in tables)
    flags = ("--write-json", "--select", chosen)
    outcome = dbt("source freshness", warehouse, *flags, raw_path=raw, **variables)
    assert (target / "sources.json").exists(), outcome.text
    results = json.loads((target / "sources.json").read_text(encoding="utf-8"))["results"]
    names = (".".join(result["unique_id"].split(".")[-2:]) for result in results)
    return outcome.code, dict(zip(names, (result["status"] for result in results), strict=True))


def test_dbt_tells_by_the_wall_clock_which_raw_tables_are_stale(tmp_path):
    today = datetime.now(UTC).date()
    raw = make_demo(tmp_path / "demo", months=6, events=2_000, end=str(today))
    warehouse = tmp_path / "warehouse.duckdb"
    (raw / "crm" / "goals.parquet").unlink()

    code, status_of = by_the_wall_clock(warehouse, raw)
    assert code == 0
    assert status_of == dict.fromkeys((*GOING_ON, *ABSENT), "pass")

    # all of them stopped: no build can see that, as its clock is the end of the sources
    for table in MOMENTS:
        keep_rows(raw, table, before=today - timedelta(days=90))
    code, status_of = by_the_wall_clock(warehouse, raw)
    assert code == 1
    stale = {"product.events": "error", "crm.activities": "warn", "support.tickets": "warn"}
    assert status_of == {**stale, **dict.fromkeys(ABSENT, "pass")}
    results = json.loads((tmp_path / "warehouse.target/sources.json").read_text(encoding="utf-8"))
    told = dict(line.split(maxsplit=1) for line in ages(results["results"]))
    assert list(told) == sorted(status_of)
    assert {told[table] for table in ABSENT} == {"not delivered"}
    newest = r"newest 20\d\d-\d\d-\d\d, 9\d days ago, limit "
    assert re.fullmatch(f"{newest}4, fails after 14: stale, fails", told["product.events"])
    assert re.fullmatch(f"{newest}14: stale", told["support.tickets"])


def test_tables_in_a_vendors_layout_are_stale_by_the_wall_clock_too(tmp_path):
    folder = tmp_path / "raw" / "salesforce"
    folder.mkdir(parents=True)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    (folder / "task.csv").write_text(
        "id,account_id,type,is_closed,completed_date_time\n00T-1,001-N,Call,true,2026-02-01\n"
    )
    # a connection that is out of use since a merger delays nobody
    (folder / "contact.csv").write_text("id,account_id,created_date\n003-A,001-N,2024-02-01\n")
    (folder.parent / "salesforce_emea").mkdir()
    (folder.parent / "salesforce_emea" / "contact.csv").write_text(
        f"id,account_id,created_date\n003-A,001-N,{yesterday}\n"
    )
    code, status_of = by_the_wall_clock(
        tmp_path / "warehouse.duckdb",
        folder.parent,
        tables=("crm.activities", "crm.contacts", "crm.goals"),
        vendors=raw_variables("crm=salesforce+salesforce_emea", folder.parent)["vendors"],
    )
    assert code == 0
    assert status_of == {"crm.activities": "warn", "crm.contacts": "pass", "crm.goals": "pass"}
