"""The demo in vendors' layouts is the same company: same metrics and scores, account by account and
day by day, but for what the vendors cannot know and `demo/layouts/differences.yml` lists."""

import csv
from functools import cache
from pathlib import Path

import duckdb
import pytest
import yaml
from project import PROJECT, build, copy_project, make_demo, run, select

from customer_health.recognition import delivered_files, recognise
from customer_health.vendors import chosen_vendors, filled_tables
from demo.layouts.frame import LAYOUTS, chosen_layouts

DIFFERENCES = yaml.safe_load((PROJECT / "demo/layouts/differences.yml").read_text())
DIMENSIONS = ("usage", "engagement", "sentiment", "relationship", "support", "value", "financial")
METRICS = [f"+int_{dimension}__metrics" for dimension in DIMENSIONS]
SCORES = [*METRICS, "+fct_health_scores", "+fct_quarantined_rows"]
SCORED = (
    "salesforce+zendesk+stripe+segment+qualtrics",
    "hubspot+intercom+recurly+mixpanel+delighted",
)
MEASURED = (
    "salesforce+zendesk+stripe+amplitude+delighted",
    "hubspot+recurly+pendo+qualtrics",
    "salesforce+intercom+recurly+segment+qualtrics",
)
# Reasons for which rows of the first of SCORED are refused, in each of its layouts.
DIRT = {"duplicate key", "unknown account", "date in the future", "undecodable text"}


def listed(layout: str) -> set[str]:
    """The metrics that are listed for the vendors of a layout."""
    return {
        metric
        for source, (vendor,) in chosen_layouts(layout).items()
        for entry in DIFFERENCES.get(source, {}).get(vendor, [])
        for metric in entry["metrics"]
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project, without weights for what differs in the layouts that are scored."""
    copy = copy_project(tmp_path_factory.mktemp("without") / "project")
    path = copy / "seeds" / "policy" / "metrics.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    unweighted = set.union(*map(listed, SCORED))
    assert unweighted <= {row["metric"] for row in rows}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames)
        writer.writeheader()
        for row in rows:
            writer.writerow(row | ({"weight": 0} if row["metric"] in unweighted else {}))
    return copy


@pytest.fixture(scope="module")
def in_contract(tmp_path_factory, project) -> Path:
    """The company in the layout of the contract, scored."""
    folder = tmp_path_factory.mktemp("contract")
    raw = make_demo(folder / "demo")
    warehouse = folder / "warehouse.duckdb"
    return build(warehouse, *select(*SCORES), project=project, is_edited=False, raw_path=raw)


def differing(first: Path, second: Path, table: str, *key: str) -> set[str]:
    """The columns of a table that differ in a row, of two warehouses with the same rows in it."""
    with duckdb.connect() as connection:
        for name, path in (("first_file", first), ("second_file", second)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        columns = [row[0] for row in connection.execute(f"describe first_file.{table}").fetchall()]
        differences = ", ".join(
            f"count(*) filter (one.{name} is distinct from other.{name})" for name in columns
        )
        same_row = " and ".join(f"one.{name} = other.{name}" for name in key)
        counts = connection.execute(
            f"select {differences}, count(*) from first_file.{table} as one"
            f" full join second_file.{table} as other on {same_row}"
        ).fetchone()
    assert counts[-1] > 1000
    return {name for name, count in zip(columns, counts, strict=False) if count}


@cache
def made(out: Path, layout: str) -> Path:
    """The raw data of the company in a layout."""
    return make_demo(out, layout=layout)


@pytest.mark.parametrize("layout", [*SCORED, *MEASURED])
def test_metrics_and_scores_are_those_of_the_contract(
    tmp_path_factory, in_contract, project, layout
):
    raw = made(tmp_path_factory.getbasetemp() / layout, layout)
    is_scored = layout in SCORED
    warehouse = build(
        tmp_path_factory.mktemp("vendors") / "warehouse.duckdb",
        *select(*(SCORES if is_scored else METRICS)),
        project=project if is_scored else PROJECT,
        is_edited=False,
        raw_path=raw,
        vendors=chosen_vendors(None, raw),
    )

    found = set()
    for dimension in DIMENSIONS:
        table = f"intermediate.int_{dimension}__metrics"
        found |= differing(in_contract, warehouse, table, "account_id", "as_of_date")
    assert {name.removesuffix("__is_not_applicable") for name in found} == listed(layout)
    if is_scored:
        key = ("scorecard", "account_id", "as_of_date")
        found = differing(in_contract, warehouse, "marts.fct_health_scores", *key)
        assert found & {"health_score", *(f"{dimension}_score" for dimension in DIMENSIONS)} == set()
