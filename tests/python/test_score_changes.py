"""`make changes` explains the change of every score between any two days, without a rest."""

import csv
import shutil
from datetime import date, timedelta

import pytest
from project import query

from customer_health.build import Record, publish
from customer_health.plan import FROM_NOTHING, Plan
from customer_health.progress import Progress
from customer_health.publication import Warehouse
from customer_health.trial.score_changes import main

SCORES = """
    select account_id, health_score from marts.fct_health_scores
    where scorecard_role = 'production' and health_score is not null and as_of_date = '{day}'
"""


@pytest.fixture(scope="module")
def warehouse(built_demo, tmp_path_factory) -> Warehouse:
    """Publish the demo that dbt built for all tests."""
    made = Warehouse(tmp_path_factory.mktemp("changes") / "demo.duckdb")
    with made.locked():
        made.building.mkdir()
        shutil.copy(built_demo.warehouse, made.scratch.state)
        shutil.copytree(built_demo.warehouse.with_suffix(".target"), made.target)
        nothing = Plan(None, FROM_NOTHING)
        publish(made, nothing, None, built_demo.raw, "inputs", Progress(), Record())
    return made


@pytest.fixture(scope="module")
def newest(warehouse) -> date:
    ((day,),) = query(warehouse.file, "select max(as_of_date) from marts.fct_health_scores")
    return day


def explain(warehouse: Warehouse, *flags: str) -> int:
    """Run `make changes`."""
    return main(["--warehouse", str(warehouse.file), *flags])


def explained(warehouse: Warehouse, *flags: str) -> list[dict[str, str]]:
    """Run `make changes` and give the rows that it wrote."""
    assert explain(warehouse, *flags) == 0
    assert {path.suffix for path in warehouse.trial_folder.glob("*.*")} == {".csv"}
    path = warehouse.trial_folder / "score_changes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("days_ago", "days"), [(0, 1), (13, 47), (101, 120)])
def test_causes_add_up_to_the_change_between_any_two_days(warehouse, newest, days_ago, days):
    to_date = newest - timedelta(days=days_ago)
    from_date = to_date - timedelta(days=days)
    rows = explained(warehouse, "--from", str(from_date), "--to", str(to_date))
    before, after = (
        dict(query(warehouse.file, SCORES.format(day=day))) for day in (from_date, to_date)
    )
    points = {account: 0.0 for account in before.keys() & after.keys()}
    for row in rows:
        points[row["account_id"]] += float(row["points"])
    assert len(points) > 15
    assert sum(before[account] != after[account] for account in points) > 3
    for account, total in points.items():
        assert abs(after[account] - before[account] - total) < 1e-9, account
    assert "customer" in {row["cause"] for row in rows}


@pytest.mark.parametrize("days", [30, 90])
def test_30_and_90_days_are_as_published(warehouse, newest, days):
    rows = explained(warehouse, "--from", str(newest - timedelta(days=days)), "--to", str(newest))
    published = query(
        warehouse.file,
        f"""
        select account_id, cause, dimension, points from marts.fct_score_changes
        where change_days = {days} and past_date = as_of_date - {days}
        """,
    )
    assert len(published) > 50
    assert sorted(published) == sorted(
        (row["account_id"], row["cause"], row["dimension"], float(row["points"])) for row in rows
    )


def test_one_account_is_told_cause_by_cause(warehouse, newest, capfd):
    ((account,),) = query(
        warehouse.file,
        f"""
        select account_id from marts.fct_health_scores
        where scorecard_role = 'production' and health_score is not null
        and as_of_date in ('{newest}', '{newest - timedelta(days=40)}')
        group by 1 having count(*) = 2 order by 1 limit 1
        """,
    )
    days = ("--from", str(newest - timedelta(days=40)), "--to", str(newest))
    rows = explained(warehouse, *days, "--account", account)
    assert {row["account_id"] for row in rows} == {account}
    said = capfd.readouterr().out
    change = float(rows[0]["score_after"]) - float(rows[0]["score_before"])
    assert f"{change:+.2f}  in all" in said
    assert sum(f"  {row['cause']:<14}{row['dimension']}" in said for row in rows) == len(rows)


def test_what_cannot_be_compared_is_refused(warehouse, newest, capfd):
    before = newest - timedelta(days=10)
    ((newcomer, first),) = query(
        warehouse.file,
        f"""
        select account_id, min(as_of_date) as first_date from marts.fct_health_scores
        where scorecard_role = 'production' and health_score is not null
        group by 1 having max(as_of_date) = '{newest}' order by 2 desc limit 1
        """,
    )
    for flags, said in (
        ((), "FROM is not given. Fix: name one as in FROM=2026-01-31"),
        (("--from", "soon", "--to", str(newest)), "FROM=soon is no day"),
        (("--from", str(newest), "--to", str(before)), f"FROM={newest} is not before TO={before}"),
        (("--from", str(newest), "--to", str(newest)), "is not before"),
        (
            ("--from", str(before), "--to", str(newest + timedelta(days=1))),
            f"TO={newest + timedelta(days=1)} is not scored: scores go from",
        ),
        (("--from", "1999-01-01", "--to", str(newest)), "FROM=1999-01-01 is not scored"),
        (
            ("--from", str(before), "--to", str(newest), "--account", newcomer[:-1]),
            f"ACCOUNT={newcomer[:-1]}: there is no account of this id. Fix: did you mean acc-",
        ),
        (
            ("--from", str(first - timedelta(days=1)), "--to", str(newest), "--account", newcomer),
            f"ACCOUNT={newcomer} has no score on both {first - timedelta(days=1)} and {newest}",
        ),
    ):
        assert explain(warehouse, *flags) == 2, flags
        assert said in capfd.readouterr().err
