"""History made run by run, from rows late and doubled, is the history that one full build makes."""

import csv
import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from deliveries import Deliveries
from project import PROJECT, build, differences, make_demo, query

# Each scenario takes about a minute; more of them are for whoever changes an incremental model.
SCENARIOS = int(os.environ.get("SCENARIOS", "1"))
LAST_DAY = date(2026, 6, 30)
# Days from one run to the next: again, daily, after a weekend, after a holiday, after an outage.
STEPS = (0, 1, 2, 9, 15)
RUNS = 4

with (PROJECT / "seeds" / "policy" / "thresholds.csv").open(encoding="utf-8") as file:
    THRESHOLDS = {row["threshold"]: float(row["value"]) for row in csv.DictReader(file)}
LATE_ROW_DAYS = int(THRESHOLDS.get("late_row_days", 7))


@dataclass(frozen=True)
class Replay:
    """A demo that was delivered and built in runs, and once as a whole.

    Attributes:
        deliveries: What came on which day.
        raw: Folder of the raw data as of the last day.
        days: As-of dates of the runs.
        by_runs: Warehouse that all runs were built into.
        as_published: Warehouses with the history as each run published it.
        at_once: Warehouse of one full build on the last day.
    """

    deliveries: Deliveries
    raw: Path
    days: list[date]
    by_runs: Path
    as_published: list[Path]
    at_once: Path


@pytest.fixture(scope="module", params=range(1, SCENARIOS + 1))
def replay(request, tmp_path_factory) -> Replay:
    """Deliver and build a demo in runs whose dates, late rows and double rows the seed draws."""
    folder = tmp_path_factory.mktemp(f"replay_{request.param}")
    demo = make_demo(folder / "demo", accounts=30, months=6, events=15_000, seed=request.param)
    deliveries = Deliveries(
        demo,
        LAST_DAY,
        request.param,
        late_share=0.2,
        most_days_late=LATE_ROW_DAYS,
        again_share=0.1,
        most_days_again=30,
    )
    steps = random.Random(request.param).sample(STEPS, RUNS - 1)
    days = [LAST_DAY - timedelta(sum(steps[run:])) for run in range(RUNS)]
    warehouse, as_published = folder / "by_runs.duckdb", []
    for number, day in enumerate(days):
        raw = deliveries.write(day, folder / "raw")
        build(warehouse, "--exclude-resource-type", "test", raw_path=raw, as_of_date=day)
        as_published.append(folder / f"published_{number}.duckdb")
        with duckdb.connect(str(as_published[-1])) as connection:
            connection.execute(f"attach '{warehouse}' as by_runs (read_only); create schema marts")
            for table in ("fct_health_scores", "fct_score_contributions"):
                connection.execute(
                    f"create table marts.{table} as select * from by_runs.marts.{table}"
                )
    at_once = build(folder / "at_once.duckdb", raw_path=raw, as_of_date=LAST_DAY)
    return Replay(deliveries, raw, days, warehouse, as_published, at_once)


def test_runs_give_what_one_full_build_gives(replay):
    marts = query(
        replay.at_once,
        "select table_name from information_schema.tables where table_schema = 'marts'",
    )
    assert len(marts) >= 5
    differ = {
        table: differences(replay.by_runs, replay.at_once, f"select * from marts.{table}")
        for (table,) in marts
    }
    assert {table: rows for table, rows in differ.items() if rows} == {}


def test_what_was_published_stays_once_late_rows_had_their_time(replay):
    restated = 0
    for day, published in zip(replay.days, replay.as_published, strict=True):
        settled = day - timedelta(LATE_ROW_DAYS)
        for table in ("fct_health_scores", "fct_score_contributions"):
            rows = f"select * from marts.{table} where as_of_date <= date '{settled}'"
            assert differences(published, replay.at_once, rows) == []
        rows = (
            "select * from marts.fct_health_scores"
            f" where as_of_date > date '{settled}' and as_of_date <= date '{day}'"
        )
        restated += len(differences(published, replay.at_once, rows))
    assert restated > 0  # or no row came late
