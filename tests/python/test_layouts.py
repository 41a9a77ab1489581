"""The demo in vendors' layouts is the same company.

Metrics and scores are those of the contract's layout, account by account and day by day, but for
what vendors cannot know and `demo/layouts/differences.yml` lists.
"""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from project import PROJECT, build, copy_project, make_demo, query, run, select

from customer_health.recognition import delivered_files, recognise
from customer_health.vendors import chosen_vendors, filled_tables
from demo.layouts.frame import LAYOUTS, chosen_layouts, dress

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
# Dirt that the types of each CRM and support desk can hold.
REASONS = {"duplicate key", "unknown account", "date in the future", "undecodable text"}


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
    """The project without weights for what differs in the layouts that are scored."""
    copy = copy_project(tmp_path_factory.mktemp("without") / "project")
    path = copy / "seeds" / "policy" / "metrics.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    unweighted = set().union(*map(listed, SCORED))
    assert unweighted <= {row["metric"] for row in rows}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames)
        writer.writeheader()
        for row in rows:
            writer.writerow(row | ({"weight": 0} if row["metric"] in unweighted else {}))
    return copy


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """Folder of a demo company, in the contract's layout."""
    return make_demo(tmp_path_factory.mktemp("company") / "demo").parent


@pytest.fixture(scope="module")
def in_contract(tmp_path_factory, company, project) -> Path:
    """The company's scores from the contract's layout."""
    return build(
        tmp_path_factory.mktemp("contract") / "warehouse.duckdb",
        *select(*SCORES),
        project=project,
        is_edited=False,
        raw_path=company / "raw",
    )


def differing(first: Path, second: Path, table: str, *key: str) -> set[str]:
    """The columns that differ in a row of a table, which has the same rows in two warehouses."""
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
    assert counts[-1] > 5000
    return {name for name, count in zip(columns, counts[:-1], strict=True) if count}


@pytest.mark.parametrize("layout", [*SCORED, *MEASURED])
def test_metrics_and_scores_are_those_of_the_contract(
    tmp_path, company, in_contract, project, layout
):
    raw = shutil.copytree(company / "raw", tmp_path / "raw")
    parameters = json.loads((company / "manifest.json").read_text())["parameters"]
    dress(raw, chosen_layouts(layout), parameters["end"])
    is_scored = layout in SCORED
    warehouse = build(
        tmp_path / "warehouse.duckdb",
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
        assert (
            found & {"health_score", *(f"{dimension}_score" for dimension in DIMENSIONS)} == set()
        )
        scores = "select count(distinct health_score) from marts.fct_health_scores"
        assert query(warehouse, scores)[0][0] > 100

        refused = query(
            warehouse,
            "select source_name, quarantine_reason from marts.fct_quarantined_rows group by all",
        )
        for source in ("crm", "support"):
            assert {reason for name, reason in refused if name == source} >= REASONS


def test_make_start_knows_each_table_that_the_demo_writes(tmp_path):
    seen = set()
    for layout in (*SCORED, *MEASURED):
        raw = make_demo(tmp_path / layout, layout=layout, accounts=8, months=2, events=1000)
        problems = []
        matches, unknown, unlikely = recognise(delivered_files(raw, problems))
        assert (problems, unknown, unlikely) == ([], [], [])
        assert [str(m.delivered) for m in matches if not m.is_in_place or m.missing] == []
        vendors = chosen_vendors(None, raw)
        assert vendors == chosen_layouts(layout)
        seen |= {(source, vendor) for source, (vendor,) in vendors.items()}
        # what a vendor fills is there once
        there = {(m.table.source, m.table.name) for m in matches}
        filled = {
            (f.source, f.table) for f in filled_tables() if vendors.get(f.source) == [f.vendor]
        }
        assert filled & there == set()
        rows = json.loads((raw.parent / "manifest.json").read_text())["rows"]
        names = {f"{source}.{name}" for source, name in there}
        assert names == {name for name in rows if not name.startswith("truth.")}
    assert seen == set(LAYOUTS) == {(f.source, f.vendor) for f in filled_tables()}


@pytest.mark.parametrize(
    ("words", "vendors"),
    [
        ("hubspot", {"crm": ["hubspot"], "support": ["hubspot"]}),
        ("hubspot+intercom", {"crm": ["hubspot"], "support": ["intercom"]}),
        ("hubspot+salesforce", {"crm": ["salesforce"], "support": ["hubspot"]}),
    ],
)
def test_a_source_goes_to_the_vendor_that_knows_no_other(words, vendors):
    assert chosen_layouts(words) == vendors


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("salesforce+siebel", "'siebel' is no layout. Fix: name some of amplitude, delighted,"),
        ("stripe+recurly", "'recurly' and 'stripe' both give billing. Fix: name one of them."),
        ("salesforce+hubspot+zendesk", "'hubspot' and 'salesforce' both give crm."),
    ],
)
def test_a_layout_that_cannot_be_is_refused(tmp_path, words, problem):
    outcome = run("-m", "demo", "--out", tmp_path / "demo", "--layout", words)
    assert outcome.code == 2
    assert problem in " ".join(outcome.text.split())
    assert not (tmp_path / "demo").exists()
