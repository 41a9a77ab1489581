"""Presets for API platforms and marketplaces, over measures that a small company delivers."""

import csv
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from project import build, copy_project, make_demo, query

PRESETS = ("api_platform", "marketplace", "marketplace_supply", "marketplace_demand")
# What three accounts measure on each of the last 28 days; the fourth stands idle since.
CALLER = {"api_calls": 500, "api_errors": 2, "api_latency_ms": 180}
SELLER = {"listings": 1, "listings_filled": 0.25}
BOTH = {
    "listings": 0.1,
    "listings_filled": 0.08,
    "searches": 4,
    "successful_searches": 1,
    "orders": 2,
    "disputes": 0.2,
}


@pytest.fixture(scope="module")
def scored(tmp_path_factory) -> tuple[Path, list[str]]:
    """A demo company of which four accounts have measures, scored by the presets as well."""
    folder = tmp_path_factory.mktemp("presets")
    project = copy_project(folder / "project")
    path = project / "seeds/policy/scorecards.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["scorecard"] in PRESETS:
            row["role"] = "challenger"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    raw = make_demo(folder / "demo", accounts=30, months=7, events=20_000, dirt=0)
    # without milestones, integrations are unknown
    (raw / "crm/milestones.parquet").unlink()
    plain = build(folder / "plain.duckdb", raw_path=raw)
    accounts = query(
        plain,
        """
        select account_id, as_of_date from marts.account_health
        where health_score is not null and lifecycle_stage in ('adoption', 'maturity')
        order by account_id limit 4
        """,
    )
    names, day = [account for account, _ in accounts], accounts[0][1]
    measured = [
        (account, day - timedelta(days=ago), measure, value)
        for account, values in zip(names, (CALLER, SELLER, BOTH), strict=False)
        for measure, value in values.items()
        for ago in range(28)
    ]
    # long ago, and none since
    measured.append((names[3], day - timedelta(days=60), "orders", 3))
    # what the contract does not know
    measured.append((names[3], day, "clicks", 3))
    (raw / "product").mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table measures"
            " (account_id varchar, measured_date date, measure varchar, measured_value double)"
        )
        connection.executemany("insert into measures values (?, ?, ?, ?)", measured)
        connection.execute(f"copy measures to '{raw}/product/measures.parquet'")
    return build(folder / "presets.duckdb", project=project, raw_path=raw), names


def scores(scored: tuple[Path, list[str]], scorecard: str) -> list[float | None]:
    """Newest scores of the four accounts by a preset."""
    warehouse, names = scored
    found = dict(
        query(
            warehouse,
            f"""
            select account_id, health_score from marts.fct_health_scores
            where scorecard = '{scorecard}'
                and as_of_date = (select max(as_of_date) from marts.fct_health_scores)
            """,
        )
    )
    return [found[name] for name in names]


def test_a_seller_has_a_supply_score_and_a_buyer_a_demand_score(scored):
    # 28 listings, 25 % filled: 50 and 25 of 100; 2.8 listings, 80 % filled: 25 and 50 of 100
    assert scores(scored, "marketplace_supply") == [None, 75, 75, None]
    # 56 orders, 25 % of searches, 10 % disputes: 40, 15 and 0 of 100; idle: 0 of 40
    assert scores(scored, "marketplace_demand") == [None, None, 55, 0]
    # of 40: 20 and 10; of 100: 10, 20, 20, 10 and 0; of 20: 0
    assert scores(scored, "marketplace") == [None, 75, 60, 0]


def test_an_api_platform_goes_by_calls_errors_and_latency(scored):
    # 14,000 calls, 0.4 % errors, 180 ms: 30, 15 and 25 of 80; integrations are unknown
    assert scores(scored, "api_platform") == [87.5, None, None, None]


def test_a_measure_that_nobody_knows_is_refused(scored):
    refused = """
        select quarantine_reason, count(*) from marts.fct_quarantined_rows
        where table_name = 'measures' group by all
    """
    assert query(scored[0], refused) == [("unknown value", 1)]
