"""History made run by run, from rows late and doubled, is the history that one full build makes."""

import csv
import os
import random
import re
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from cases import read_cases, write_delivery
from deliveries import Deliveries
from project import PROJECT, build, copy_project, differences, make_demo, query, select

# Each scenario takes some minutes; run more of them when you change an incremental model.
SCENARIOS = int(os.environ.get("SCENARIOS", "1"))
# The runs then span a quarter's first day, on which weights are fitted, and days of reviews.
LAST_DAY = date(2026, 7, 15)
# Days from one run to the next: again, daily, after a weekend, after a holiday, after an outage.
STEPS = (0, 1, 2, 9, 15)
RUNS = 4

# So that weights are fitted, also by segment, on the outcomes of a small company.
LOWERED = {
    "minimum_outcomes": 10,
    "minimum_churned": 2,
    "hybrid_portfolio_accounts": 10,
    "bootstrap_samples": 50,
}

with (PROJECT / "seeds" / "policy" / "thresholds.csv").open(encoding="utf-8") as file:
    THRESHOLDS = {row["threshold"]: float(row["value"]) for row in csv.DictReader(file)}
LATE_ROW_DAYS = int(THRESHOLDS["late_row_days"])
# As long as this, what lacks in a delivery is taken to be there.
MISSING_ROW_DAYS = int(THRESHOLDS["missing_row_days"])


# Marts whose rows stay as published: the column of their date, and their columns that stay.
PUBLISHED = {
    "fct_health_scores": ("as_of_date", "*"),
    "fct_score_contributions": ("as_of_date", "*"),
    "fct_churn_risk": ("as_of_date", "*"),
    "fct_playbook_triggers": ("as_of_date", "*"),
    "fct_dimension_weights": ("valid_from", "* exclude (valid_until)"),
}

# What the scenarios after the first do without: the spine then comes from other sources.
ABSENT = ((), ("crm",), ("billing", "support"), ("crm", "billing"))


@dataclass(frozen=True)
class Replay:
    """A demo that was delivered and built in runs, and once as a whole.

    Attributes:
        project: Copy of the project whose policy asks for fewer outcomes.
        deliveries: What came on which day.
        raw: Folder of the raw data as of the last day.
        days: As-of dates of the runs.
        by_runs: Warehouse that all runs were built into.
        as_published: Warehouses with the history as each run published it.
        at_once: Warehouse of one full build on the last day.
        grain: Grain of the history: day or week.
    """

    project: Path
    deliveries: Deliveries
    raw: Path
    days: list[date]
    by_runs: Path
    as_published: list[Path]
    at_once: Path
    grain: str


@pytest.fixture(scope="module", params=range(1, SCENARIOS + 1))
def replay(request, tmp_path_factory) -> Replay:
    """Deliver and build a demo and the cases in runs; the seed draws dates and late, double rows.

    What lacks in a delivery is back with the next, within the days that the policy grants.
    """
    seed = request.param
    draw = random.Random(seed)
    steps = draw.sample(STEPS, RUNS - 1)
    grain, absent = (
        ("day", ()) if seed == 1 else (draw.choice(("day", "week")), draw.choice(ABSENT))
    )
    folder = tmp_path_factory.mktemp(f"replay_{seed}")
    project = _copy_with_lower_thresholds(folder / "project")
    # the first one is a company that loses customers in time
    demo = make_demo(
        folder / "demo",
        **{"accounts": 30, "months": 10, "events": 10_000, "seed": seed + 7, "end": LAST_DAY},
    )
    _roll_up_some_accounts(demo / "product")
    cases = [case for case in read_cases() if case.build == "shared"]
    beside = write_delivery(cases, folder / "cases")
    for source in absent:
        shutil.rmtree(demo / source)
        shutil.rmtree(beside / source)
    deliveries = Deliveries(
        demo,
        LAST_DAY,
        seed,
        beside=beside,
        late_share=0.2,
        most_days_late=LATE_ROW_DAYS,
        again_share=0.1,
        most_days_again=30,
        lacking_share=0.05,
    )
    days = [LAST_DAY - timedelta(sum(steps[run:])) for run in range(RUNS)]
    settings = {
        **{"project": project, "is_edited": False},
        **{"raw_path": folder / "raw", "history_grain": grain},
    }
    warehouse, as_published = folder / "by_runs" / "warehouse.duckdb", []
    warehouse.parent.mkdir()
    for number, day in enumerate(days):
        # the first and the last delivery are whole
        before = days[number - 1] if 0 < number < RUNS - 1 else None
        is_back_in_time = before and (days[number + 1] - before).days < MISSING_ROW_DAYS
        deliveries.write(day, folder / "raw", before if is_back_in_time else None)
        build(warehouse, as_of_date=day, **settings)
        as_published.append(folder / f"published_{number}.duckdb")
        with duckdb.connect(str(as_published[-1])) as connection:
            connection.execute(f"attach '{warehouse}' as by_runs (read_only); create schema marts")
            for table in PUBLISHED:
                connection.execute(
                    f"create table marts.{table} as select * from by_runs.marts.{table}"
                )
    # the runs' tests have seen the same data
    without_tests = ("--exclude-resource-type", "test")
    at_once = folder / "at_once" / "warehouse.duckdb"
    at_once.parent.mkdir()
    build(at_once, *without_tests, as_of_date=LAST_DAY, **settings)
    return Replay(
        project, deliveries, folder / "raw", days, warehouse, as_published, at_once, grain
    )


def _copy_with_lower_thresholds(folder: Path) -> Path:
    """Copy the project with the thresholds of LOWERED."""
    project = copy_project(folder)
    path = project / "seeds" / "policy" / "thresholds.csv"
    text = path.read_text(encoding="utf-8")
    for name, value in LOWERED.items():
        text, n_lowered = re.subn(rf"(?m)^{name},[0-9]+,", f"{name},{value},", text)
        assert n_lowered == 1
    path.write_text(text, encoding="utf-8")
    return project


def _roll_up_some_accounts(product: Path) -> None:
    """Turn the events of every other account into daily roll-ups, half of them without persons."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table events as
            select *, regexp_matches(account_id, '^acc-[0-9]*[13579]$') as is_rolled_up
            from '{product}/events/*.parquet'
        """)
        connection.execute(f"""
            copy (
                select
                    account_id,
                    cast(occurred_at as date) as usage_date,
                    event_name,
                    case when account_id like '%1' or account_id like '%5' then user_id end
                        as user_id,
                    count(*) as n_events,
                    count(distinct user_id) as n_users
                from events
                where is_rolled_up
                group by 1, 2, 3, 4
            ) to '{product}/daily_usage.parquet'
        """)
        shutil.rmtree(product / "events")
        connection.execute(f"""
            copy (select * exclude is_rolled_up from events where not is_rolled_up)
            to '{product}/events.parquet'
        """)


def test_each_run_computes_only_the_days_that_late_rows_may_reach(replay):
    runs = query(
        replay.by_runs,
        "select as_of_date, window_start_date from operations.completed_builds"
        " order by completed_number",
    )
    reopened = [as_of_date + timedelta(1 - LATE_ROW_DAYS) for as_of_date, _ in runs]
    assert len(runs) == RUNS
    assert [start for _, start in runs] == [None, *reopened[:-1]]


def test_runs_give_what_one_full_build_gives(replay):
    marts = query(
        replay.at_once,
        "select table_name from information_schema.tables where table_schema = 'marts'",
    )
    differ = {
        table: differences(replay.by_runs, replay.at_once, f"select * from marts.{table}")
        for (table,) in marts
    }
    assert {table: rows for table, rows in differ.items() if rows} == {}


# of the first scenario, which has all sources
@pytest.mark.parametrize("replay", [1], indirect=True)
def test_the_runs_compared_fit_weights_and_review_scores(replay):
    fitted = query(
        replay.at_once,
        """
        select valid_from, count(distinct scorecard), count(distinct segment) > 1
        from marts.fct_dimension_weights
        where method in ('correlation', 'regression') and fallback_reason is null
        group by valid_from
        order by valid_from
        """,
    )
    assert fitted == [
        (date(2026, 1, 1), 2, False),
        (date(2026, 4, 1), 2, True),
        (date(2026, 7, 1), 2, True),
    ]
    for table in ("fct_score_labels", "fct_score_drift"):
        reviews = query(replay.at_once, f"select max(review_date) from marts.{table}")
        assert replay.days[0] < reviews[0][0] < LAST_DAY
    marts = query(
        replay.at_once,
        "select table_name from information_schema.tables where table_schema = 'marts'",
    )
    rows = {
        table: query(replay.at_once, f"select count(*) from marts.{table}") for (table,) in marts
    }
    # of one day there may be no alerts
    rows.pop("sync_slack__critical_alerts")
    assert [table for table, counted in rows.items() if counted == [(0,)]] == []


def test_what_was_published_stays_once_late_rows_had_their_time(replay):
    restated = 0
    for day, published in zip(replay.days, replay.as_published, strict=True):
        settled = day - timedelta(LATE_ROW_DAYS)
        for table, (column, columns) in PUBLISHED.items():
            rows = f"select {columns} from marts.{table} where {column} <= date '{settled}'"
            assert differences(published, replay.at_once, rows) == []
        rows = (
            "select * from marts.fct_health_scores"
            f" where as_of_date > date '{settled}' and as_of_date <= date '{day}'"
        )
        restated += len(differences(published, replay.at_once, rows))
    assert restated > 0  # or no row came late


def _deliver_too_late(raw: Path, first_day: date, last_day: date) -> int:
    """Add the events and tickets of these days as others known then; the number of events added."""
    added = {}
    for source, table, key, time in [
        ("product", "events", "event_id", "occurred_at"),
        ("support", "tickets", "ticket_id", "created_at"),
    ]:
        path = raw / source / f"{table}.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"create table came as from '{path}'")
            # a copy that says it was known of late might be in time
            connection.execute("alter table came add column if not exists known_at timestamp")
            connection.execute(f"""
                insert into came
                select * replace ('late-' || {key} as {key}, null as known_at) from came
                where try_cast(left(cast({time} as varchar), 10) as date)
                    between date '{first_day}' and date '{last_day}'
            """)
            # also rows without a key
            ((added[table],),) = connection.execute(
                f"select count(*) - (select count(*) from '{path}') from came"
            ).fetchall()
            connection.execute(f"copy came to '{path}'")
    return added["events"]


def test_late_rows_and_edits_leave_published_days_alone_until_history_is_restated(replay, tmp_path):
    # in place, since a warehouse goes on only from the folder it was built from
    n_late = _deliver_too_late(replay.raw, LAST_DAY - timedelta(60), LAST_DAY - timedelta(40))
    too_late = """
        select n_too_late from intermediate.int_monitoring__reconciliation
        where table_name = 'events'
    """
    project = copy_project(tmp_path / "project", replay.project)
    weights = project / "seeds" / "policy" / "scorecard_weights.csv"
    edited = weights.read_text(encoding="utf-8")
    for old, new in [("usage,30", "usage,32"), ("value,14", "value,12")]:
        edited = edited.replace(f"expert_default,{old}", f"expert_default,{new}")
    weights.write_text(edited, encoding="utf-8")
    warehouse = shutil.copy(replay.by_runs, tmp_path / "warehouse.duckdb")
    ((as_of_date,),) = query(replay.by_runs, "select max(as_of_date) from marts.account_health")
    window_start = as_of_date + timedelta(1 - LATE_ROW_DAYS)
    history = "select * from marts.fct_health_scores"
    before, after = (f"{history} where as_of_date {side} '{window_start}'" for side in ("<", ">="))

    def build_edited(into: Path, *flags: str, **variables) -> Path:
        return build(
            *(into, *select("+fct_health_scores", "+int_monitoring__reconciliation"), *flags),
            **{"project": project, "is_edited": False},
            **{"raw_path": replay.raw, "as_of_date": LAST_DAY},
            **{"history_grain": replay.grain, **variables},
        )

    build_edited(warehouse)
    assert differences(replay.by_runs, warehouse, before) == []
    versions = f"select distinct policy_version from ({after})"
    assert len(query(warehouse, versions)) == 1
    assert query(warehouse, versions) != query(replay.by_runs, versions)
    assert n_late > 0
    assert query(warehouse, too_late) == [(n_late,)]

    build_edited(warehouse, "--full-refresh")
    assert differences(replay.by_runs, warehouse, before) == []
    assert query(warehouse, too_late) == [(0,)]

    build_edited(warehouse, "--full-refresh", restate_history=True)
    (tmp_path / "anew").mkdir()
    anew = build_edited(tmp_path / "anew" / "warehouse.duckdb")
    assert differences(anew, warehouse, history) == []
    assert differences(replay.by_runs, warehouse, before) != []
