"""The benchmark runs, tells what it promises to tell, and its baselines are right."""

import csv
import datetime
import json

import duckdb
import pytest
from project import PROJECT, query, run

from benchmarks import history, measure, report
from benchmarks.agreement import disagreement
from benchmarks.baselines.usage_metrics import usage_metrics
from benchmarks.run_sql import run_sql
from benchmarks.scorecards import EACH_METHOD, with_scorecards

METRICS = 14


def test_the_benchmark_measures_floor_and_build_and_writes_both_reports(tmp_path):
    flags = ["--sizes", "10k", "--repeats", "1", "--months", "4"]
    flags += ["--parts", "floor", "full", "least"]
    outcome = run("-m", "benchmarks", *flags, "--data", tmp_path / "data", "--out", tmp_path)
    assert outcome.code == 0, outcome.text
    results = json.loads((tmp_path / "results.json").read_text())
    full = results["series"]["10k full"]["samples"][0]
    floor = results["series"]["10k floor"]["samples"][0]
    assert full["startup"] + full["engine"] < full["process"]
    assert 0 < full["usage_models"] < full["nodes"] <= full["engine"]
    assert full["nodes"] == pytest.approx(
        sum(seconds for kind, seconds in full["by_kind"].items() if kind != "operation")
    )
    assert sum(full["by_node"].values()) == pytest.approx(sum(full["by_kind"].values()))
    assert full["by_node"].keys() >= {"int_usage__metrics", "fct_health_scores", "bands"}
    assert 0 < full["result_bytes"] < full["warehouse_bytes"]
    assert floor["peak_bytes"] > 10_000_000 and floor["rows"] > 100
    target = results["targets"][0]
    assert target["measured"] == pytest.approx(full["engine"] / floor["seconds"])
    assert target["met"] == (target["measured"] <= 3)
    copied = results["series"]["10k published scores"]["samples"][0]
    assert copied["rows"] == full["scores"]
    text = (tmp_path / "results.md").read_text()
    told = ("| 10k |", "peak memory", "| repeated ids |", "| model |")
    assert [part for part in told if part not in text] == []


def test_a_program_that_fails_or_takes_too_long_is_told_with_its_words(tmp_path):
    with pytest.raises(measure.Failed, match="no such size"):
        measure.run(["python3", "-c", "raise SystemExit('no such size')"], tmp_path / "log")
    with pytest.raises(measure.Failed, match="stopped after 1 s"):
        measure.run(["sleep", "20"], tmp_path / "log", limit=1)


def test_joining_events_to_dates_gives_the_figures_of_the_models(built_demo, clean_raw, tmp_path):
    result = tmp_path / "result.parquet"
    file = PROJECT / "benchmarks" / "baselines" / "joined_to_dates.sql"
    run_sql(file, [f"raw={clean_raw}", "every_days=7"], built_demo.warehouse, result)
    compared, different = disagreement(result, built_demo.warehouse)
    assert different == {}
    assert compared > 500 * METRICS


def test_pandas_gives_the_figures_of_the_models(built_demo, clean_raw, tmp_path):
    with duckdb.connect(str(built_demo.warehouse), read_only=True) as connection:
        spine = connection.execute(
            """
            select account_id, as_of_date, seats from intermediate.int_spine__account_days
            where dayofmonth(as_of_date) = 17
            """
        ).df()
    result = tmp_path / "result.parquet"
    usage_metrics(clean_raw, spine).to_parquet(result, index=False)
    compared, different = disagreement(result, built_demo.warehouse)
    assert different == {}
    assert compared > 100 * METRICS


def test_a_figure_that_differs_or_is_missing_is_found(built_demo, tmp_path):
    result = tmp_path / "result.parquet"
    query(
        built_demo.warehouse,
        f"""
        copy (
            select
                account_id, as_of_date, active_users_7d + 1e-6 as active_users_7d, events_28d,
                cast(null as double) as days_since_last_activity
            from intermediate.int_usage__metrics
        ) to '{result}' (format parquet)
        """,
    )
    compared, different = disagreement(result, built_demo.warehouse)
    assert different.keys() == {"active_users_7d", "days_since_last_activity"}
    assert different["active_users_7d"] == compared / 3 > 0


def test_two_deliveries_hold_every_event_once_and_nothing_of_the_day_before_it(clean_raw, tmp_path):
    last_day = datetime.date(2026, 6, 30)
    history.cut(clean_raw, tmp_path, last_day)
    counted = "count(*), count(distinct event_id), max(greatest(occurred_at, known_at))"

    def events(folder):
        files = folder / "product" / "events" / "*.parquet"
        return duckdb.sql(f"select {counted} from '{files}'").fetchall()[0]

    assert events(tmp_path / "today") == events(clean_raw)
    rows, _, newest = events(tmp_path / "yesterday")
    assert newest.date() == last_day - datetime.timedelta(days=1)
    assert 0 < events(clean_raw)[0] - rows < rows / 30
    tickets = tmp_path / "yesterday" / "support" / "tickets.parquet"
    assert duckdb.sql(
        f"select max(left(created_at, 10)), max(left(resolved_at, 10)) from '{tickets}'"
    ).fetchall() < [("2026-06-30", "2026-06-30")]

    history.cut(clean_raw, tmp_path, last_day, first_day=datetime.date(2026, 2, 1))
    oldest = f"select min(occurred_at) from '{tmp_path}/today/product/events/*.parquet'"
    assert duckdb.sql(oldest).fetchall()[0][0].date() == datetime.date(2026, 2, 1)


def _series(what, size, events, samples, **about):
    return {"what": what, "size": size, "events": events, "samples": samples, **about}


def test_targets_are_judged_on_medians_at_the_largest_size():
    gib = 1024**3

    def full(engines, peak, result):
        return [{"engine": e, "peak_bytes": peak, "result_bytes": result} for e in engines]

    series = {
        "10M full": _series("full", "10M", 10, full([10, 11, 90], 2 * gib, gib)),
        "100M full": _series("full", "100M", 100, full([100, 100, 400], 6 * gib, 4 * gib)),
        "100M floor": _series("floor", "100M", 100, [{"seconds": s} for s in (40, 25, 20)]),
        "100M increment 12": _series(
            "increment", "100M", 100, [{"engine": 4}], history_months=12
        ),
        "100M increment 24": _series(
            "increment", "100M", 100, [{"engine": 6}], history_months=24
        ),
    }  # fmt: skip
    found = report.targets(series)
    assert [(one["measured"], one["met"]) for one in found] == [
        (4, False),  # the median of 2.5, 4 and 20
        (6, True),
        (1.5, True),  # (6 - (4 - 1)) / 2
        (pytest.approx(100 / 11), True),
        (pytest.approx(6), False),
        (1.5, False),
    ]
    del series["100M floor"]
    assert report.targets(series)[0]["met"] is None

    for scorecards, count, engines in (
        ("as in the policy", 4, (10, 10, 20)), (EACH_METHOD, 11, (13, 11, 23)),
    ):  # fmt: skip
        samples = [{"engine": engine, "peak_bytes": gib} for engine in engines]
        about = {"scorecards": scorecards, "count": count}
        series[f"10M methods {scorecards} {count}"] = _series(
            "methods", "10M", 10, samples, **about
        )
    found = report.targets(series)[-1]
    assert (found["measured"], found["met"]) == (pytest.approx(1.15), True)


def test_a_scorecard_of_each_method_is_one_of_each(tmp_path):
    def scored(which):
        count = with_scorecards(tmp_path / "project", which)
        with (tmp_path / "project/seeds/policy/scorecards.csv").open() as file:
            methods = [row["method"] for row in csv.DictReader(file) if row["role"] != "off"]
        assert len(methods) == count
        return methods

    policy, each, everything = map(scored, ("as in the policy", EACH_METHOD, "all"))
    assert len(policy) < len(each) < len(everything)
    assert len(each) == len(policy) + len(set(everything) - set(policy))
    assert set(each) == set(everything)
