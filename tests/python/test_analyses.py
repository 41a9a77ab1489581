"""The questions of a model review run on what readers have: a file with nothing but marts."""

import json
from pathlib import Path

import duckdb
import pytest
import yaml
from project import PROJECT, dbt

from customer_health.marts import declared_marts, write_marts

ANALYSES = sorted(path.stem for path in (PROJECT / "analyses").glob("*.sql"))


@pytest.fixture(scope="module")
def compiled(built_demo) -> Path:
    """Compile all analyses once and return dbt's target folder."""
    outcome = dbt(
        *("compile --select path:analyses", built_demo.warehouse, "--write-json"),
        raw_path=built_demo.raw,
    )
    assert outcome.code == 0, outcome.text
    return built_demo.warehouse.with_suffix(".target")


@pytest.fixture(scope="module")
def published(built_demo, compiled, tmp_path_factory):
    """Connect to a file that holds the demo's marts, under the name that the SQL uses."""
    made = tmp_path_factory.mktemp("published") / "published.duckdb"
    write_marts(built_demo.warehouse, made, declared_marts(compiled))
    with duckdb.connect(made.rename(made.with_name(built_demo.warehouse.name))) as connection:
        yield connection


def _answer(name: str, compiled: Path, published: duckdb.DuckDBPyConnection):
    """Run the SQL that dbt made of an analysis."""
    sql = compiled / "compiled" / "customer_health" / "analyses" / f"{name}.sql"
    return published.execute(sql.read_text(encoding="utf-8")).fetchdf()


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_runs_on_the_marts_alone(name, compiled, published):
    answer = _answer(name, compiled, published)
    # the demo has outcomes to answer from, but need not have missed anybody
    assert len(answer) or name == "what_did_we_miss_last_quarter"
    # no join has made two rows of one
    assert not answer.duplicated().any()


def test_the_weights_of_metrics_make_up_each_dimension(compiled, published):
    answer = _answer("which_metrics_earn_their_weight", compiled, published)
    shares = answer.groupby("dimension")[["share_of_dimension", "fair_share"]].sum()
    assert len(shares) == 7
    assert shares["share_of_dimension"].to_list() == pytest.approx([1] * 7)
    # a dimension whose metrics all speak against retention has no fair shares
    assert set(shares["fair_share"].round(9)) <= {0, 1}


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_says_how_to_read_it_and_when_to_act(name):
    text = (PROJECT / "analyses" / f"{name}.sql").read_text(encoding="utf-8")
    question, *comment = text[: text.index("\n\n")].splitlines()
    assert question.endswith("?")
    assert [line for line in comment if line.startswith("-- Read: ")]
    assert [line for line in comment if line.startswith("-- Act: ")]


def test_every_analysis_is_described_and_reads_public_tables(compiled):
    described = yaml.safe_load((PROJECT / "analyses" / "_analyses.yml").read_text("utf-8"))
    assert sorted(one["name"] for one in described["analyses"]) == ANALYSES
    nodes = json.loads((compiled / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    for name in ANALYSES:
        read = nodes[f"analysis.customer_health.{name}"]["depends_on"]["nodes"]
        assert {nodes[node]["schema"] for node in read} == {"marts"}, name
