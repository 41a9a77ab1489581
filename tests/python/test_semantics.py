"""Metrics of the semantic layer: MetricFlow accepts them, and they say what marts and pages say."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from project import PROJECT, query

from customer_health.pages.marts import PublishedMarts

MF = Path(sys.executable).with_name("mf")


@pytest.fixture(scope="module")
def asked(built_demo, tmp_path_factory) -> Callable[..., list[dict[str, str]]]:
    """Ask MetricFlow of the demo; it looks for what dbt parsed in the folder that it is run in."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "dbt_project.yml", folder)
    (folder / "target").mkdir()
    parsed = built_demo.warehouse.with_suffix(".target") / "semantic_manifest.json"
    shutil.copy(parsed, folder / "target")

    def ask(*command: str) -> list[dict[str, str]]:
        answer = folder / "answer.csv"
        answer.unlink(missing_ok=True)
        options = ("--csv", str(answer)) if command[0] == "query" else ()
        environment = {
            "CUSTOMER_HEALTH_WAREHOUSE": str(built_demo.warehouse),
            "DBT_PROFILES_DIR": str(PROJECT),
            "PYTHONPATH": str(PROJECT / "python"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        done = subprocess.run(
            [MF, *command, *options],
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        if not options:
            assert "ERRORS: 0" in done.stdout and "✖" not in done.stdout, done.stdout
            return []
        with answer.open() as file:
            return list(csv.DictReader(file))

    return ask


def number(text: str) -> float | None:
    return float(text) if text else None


def test_metricflow_finds_no_fault_in_them_and_the_marts_have_what_they_ask_for(asked):
    asked("validate-configs")


def test_figures_of_the_newest_day_are_those_of_the_pages(asked, built_demo):
    names = "customers,arr,flagged_customers,at_risk_arr,expected_arr_loss_90d,flagged_share"
    (found,) = asked("query", "--metrics", names)
    with PublishedMarts(built_demo.warehouse) as marts:
        shown = marts.row("headline")
    columns = ("n_customers", "arr", "n_flagged", "flagged_arr", "expected_arr_loss_90d")
    expected = [*(shown[column] for column in columns), shown["n_flagged"] / shown["n_customers"]]
    assert [number(found[name]) for name in names.split(",")] == pytest.approx(expected)


def test_figures_by_segment_are_those_of_the_managers_page(asked, built_demo):
    names = ("customers", "arr", "mean_health_score", "at_risk_arr")
    found = {
        row["customer__segment"]: [number(row[name]) or 0 for name in names]
        for row in asked("query", "--metrics", ",".join(names), "--group-by", "customer__segment")
    }
    with PublishedMarts(built_demo.warehouse) as marts:
        shown = {
            row["name"]: [
                row["n_customers"], row["arr"], row["mean_score"], row["flagged_arr"] or 0
            ]
            for row in marts.rows("groups")
            if row["grouped_by"] == "segment"
        }  # fmt: skip
    assert found.keys() == shown.keys()
    for segment, figures in shown.items():
        assert found[segment] == pytest.approx(figures)


def test_retention_by_month_is_that_of_the_mart(asked, built_demo):
    names = ("gross_retention", "net_retention")
    rows = asked("query", "--metrics", ",".join(names), "--group-by", "metric_time__month")
    found = {row["metric_time__month"][:7]: [number(row[name]) for name in names] for row in rows}
    expected = query(
        built_demo.warehouse,
        "select strftime(as_of_date, '%Y-%m'), gross_retention, net_retention"
        " from marts.fct_revenue_retention"
        " where segment = 'all' and band = 'all' and gross_retention is not null",
    )
    assert expected
    for month, gross, net in expected:
        assert found[month] == pytest.approx([gross, net], abs=5e-5)
