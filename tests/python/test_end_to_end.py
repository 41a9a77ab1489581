"""From raw files to marts as users go the way, with good, dirty, broken and missing input."""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from deliveries import Deliveries
from project import build, copy_project, dbt, differences, query, run, select

# Every published number of the score history, rounded where summing order may show.
HISTORY = """
    select
        scorecard, account_id, as_of_date, health_score, band, momentum, change_30d, change_90d,
        round(account_coverage, 9), round(scorecard_coverage, 9), health_score_low,
        health_score_high, round(usage_score, 6), round(engagement_score, 6),
        round(sentiment_score, 6), round(relationship_score, 6), round(support_score, 6),
        round(value_score, 6), round(financial_score, 6)
    from marts.fct_health_scores
"""


@pytest.fixture(scope="module")
def clean(clean_raw, tmp_path_factory) -> Path:
    """Warehouse of the same demo without dirt."""
    warehouse = tmp_path_factory.mktemp("clean") / "warehouse.duckdb"
    return build(
        warehouse, *select("+fct_health_scores", "+fct_quarantined_rows"), raw_path=clean_raw
    )


def test_dirty_and_clean_data_give_the_same_history(built_demo, clean):
    assert query(clean, "select count(*) from marts.fct_quarantined_rows") == [(0,)]
    assert query(clean, "select count(*) > 1000 from marts.fct_health_scores") == [(True,)]
    assert differences(built_demo.warehouse, clean, HISTORY) == []


def test_each_kind_of_dirt_is_quarantined_under_its_own_reason(built_demo):
    planted = duckdb.sql(
        "select source_name, table_name, refused, reason, n_refused"
        f" from '{built_demo.raw.parent}/truth/dirt.parquet'"
    ).fetchall()
    found = query(
        built_demo.warehouse,
        """
        select source_name, table_name, refused, quarantine_reason, count(*)
        from marts.fct_quarantined_rows
        group by all
        """,
    )
    assert sorted(found) == sorted(planted)
    assert len({reason for _, _, _, reason, _ in planted}) == 10


def test_nothing_personal_reaches_the_quarantine(built_demo):
    rows = query(built_demo.warehouse, "select raw_row from marts.fct_quarantined_rows")
    personal = ('"full_name":', '"email":', '"subject":', '"comment":', '"goal_name":', "@")
    assert [row for (row,) in rows if any(part in row for part in personal)] == []


def test_rows_known_later_change_nothing_before(clean, clean_raw, tmp_path):
    cut = date(2026, 3, 31)
    raw = Deliveries(clean_raw, date(2026, 6, 30)).write(cut, tmp_path / "raw")
    chosen = select("+fct_health_scores")
    shorter = build(tmp_path / "warehouse.duckdb", *chosen, raw_path=raw, as_of_date=cut)
    newest = query(shorter, "select max(as_of_date) from marts.fct_health_scores")
    assert newest == [(cut,)]
    history = HISTORY + f" where as_of_date <= date '{cut}'"
    assert differences(clean, shorter, history) == []


def test_raw_tables_in_schemas_give_the_same_as_files(built_demo, tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for path in sorted(built_demo.raw.glob("*/*")):
            files = path if path.is_file() else path / "*.parquet"
            connection.execute(f"create schema if not exists {path.parent.name}")
            connection.execute(
                f"create table {path.parent.name}.{path.stem} as select * from '{files}'"
            )
    # with every model that reads raw tables
    build(
        warehouse,
        *select("+fct_health_scores", "+int_monitoring__reconciliation", "stg_product__events"),
        raw_path="",
    )
    assert differences(built_demo.warehouse, warehouse, HISTORY) == []


@pytest.mark.parametrize(
    "sources", [["product"], ["crm"], ["billing", "signals", "support", "survey"]]
)
def test_absent_sources_make_their_metrics_unknown_and_break_nothing(built_demo, tmp_path, sources):
    raw = tmp_path / "raw"
    shutil.copytree(built_demo.raw, raw, ignore=shutil.ignore_patterns(*sources))
    warehouse = build(tmp_path / "warehouse.duckdb", raw_path=raw)
    (row,) = query(
        warehouse,
        """
        select max(absent_sources), count(*), count(health_score), max(scorecard_coverage)
        from marts.account_health
        where customer_status = 'customer'
        """,
    )
    assert row[0] == ", ".join(sources)
    assert row[1] == row[2] > 10
    assert row[3] < 1
    known = query(
        warehouse,
        """
        select distinct split_part(feed, '_', 1)
        from intermediate.int_scoring__explained_metrics
        where metric_value is not null
        """,
    )
    assert {source for (source,) in known}.isdisjoint(sources)


def test_only_the_product_is_enough_for_scores_and_too_little_for_a_colour(built_demo, tmp_path):
    raw = tmp_path / "raw" / "product"
    shutil.copytree(built_demo.raw / "product", raw)
    warehouse = build(tmp_path / "warehouse.duckdb", raw_path=raw.parent)
    (row,) = query(
        warehouse,
        """
        select count(*), count(health_score), max(scorecard_coverage), max(confidence)
        from marts.account_health where customer_status = 'customer'
        """,
    )
    assert row[0] == row[1] > 10
    assert row[2] < 0.4
    assert row[3] == "low"


def _spoil_missing_column(raw: Path) -> None:
    path = raw / "support" / "tickets.parquet"
    duckdb.sql(f"copy (select * exclude created_at from '{path}') to '{path}.new' (format parquet)")
    path.with_name("tickets.parquet.new").rename(path)


def _spoil_not_parquet(raw: Path) -> None:
    (raw / "billing" / "invoices.parquet").write_text("invoice_id;amount\n1;2\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_spoil_missing_column, ["tickets.parquet", "created_at", "Fix"]),
        (_spoil_not_parquet, ["invoices.parquet", "Parquet", "Fix"]),
    ],
)
def test_broken_raw_data_stops_the_build_and_touches_nothing(built_demo, tmp_path, spoil, words):
    shutil.copytree(built_demo.raw, tmp_path / "raw")
    spoil(tmp_path / "raw")
    before = _fingerprint(built_demo.warehouse)
    outcome = dbt("build", built_demo.warehouse, raw_path=tmp_path / "raw")
    assert outcome.code != 0
    assert [word for word in words if word not in outcome.text] == []
    assert _fingerprint(built_demo.warehouse) == before


def test_a_typo_in_the_policy_stops_the_build_and_touches_nothing(built_demo, tmp_path):
    project = copy_project(tmp_path / "project")
    bands = project / "seeds" / "policy" / "bands.csv"
    bands.write_text(bands.read_text().replace("moderate,50,75", "moderate,50,57"))
    before = _fingerprint(built_demo.warehouse)
    outcome = dbt(
        *("build", built_demo.warehouse),
        **{"project": project, "is_edited": False, "raw_path": built_demo.raw},
    )
    assert outcome.code != 0
    assert "seeds/policy/bands.csv, row" in outcome.text
    assert "Fix" in outcome.text
    assert _fingerprint(built_demo.warehouse) == before


def test_an_empty_table_counts_as_absent_with_a_warning(built_demo, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(built_demo.raw, raw)
    path = raw / "survey" / "responses.parquet"
    duckdb.sql(f"copy (select * from '{path}' limit 0) to '{path}.new' (format parquet)")
    path.with_name("responses.parquet.new").rename(path)
    chosen = select("+account_health")
    outcome = dbt("build", tmp_path / "warehouse.duckdb", *chosen, raw_path=raw)
    assert outcome.code == 0, outcome.text
    assert "responses" in outcome.text
    assert "counts as absent" in outcome.text
    absent = query(
        tmp_path / "warehouse.duckdb", "select max(absent_sources) from marts.account_health"
    )
    assert absent == [("survey",)]


def test_a_place_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / "file").write_text("")
    outcome = run(
        *("-m", "customer_health.build", "--raw-path", tmp_path),
        *("--warehouse", tmp_path / "file" / "warehouse.duckdb"),
    )
    assert outcome.code != 0
    assert "nothing can be written there" in outcome.text
    assert "Traceback" not in outcome.text


def _fingerprint(warehouse: Path) -> str:
    return hashlib.sha256(warehouse.read_bytes()).hexdigest()
