"""What dbt's commands do with a warehouse that was built before."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from project import DBT, PROJECT, copy_project, dbt, differences, parsed, query, run


@pytest.fixture
def warehouse(built_demo, tmp_path) -> Path:
    """A copy of the demo's warehouse, to be built on."""
    return shutil.copy(built_demo.warehouse, tmp_path / "warehouse.duckdb")


def test_a_build_without_its_tests_does_not_count_as_complete(built_demo, warehouse):
    flags = ("--exclude-resource-type", "test", "unit_test")
    assert dbt("build", warehouse, *flags, raw_path=built_demo.raw).code == 0
    assert query(warehouse, "select count(*) from operations.completed_builds") == [(1,)]


def test_unit_tests_of_the_clock_pass_whatever_day_is_asked_for(built_demo, warehouse):
    select = ("--select", "stg_calendar__clock,test_type:unit")
    variables = {"as_of_date": "2026-07-01", "history_grain": "week"}
    outcome = dbt("test", warehouse, *select, raw_path=built_demo.raw, **variables)
    assert outcome.code == 0, outcome.text
    assert outcome.text.count("PASS stg_calendar__clock::") == 4


def test_compile_shows_the_sql_of_the_last_build(built_demo, warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update operations.build_window set window_start_date = '2026-06-13'")
    outcome = dbt(
        "compile", warehouse, "--select", "int_spine__account_days", raw_path=built_demo.raw
    )
    assert "cast('2026-06-13' as date)" in outcome.text


def test_scores_published_before_there_was_a_flag_get_that_of_their_band(built_demo, warehouse):
    flags = """
        select scorecard, account_id, as_of_date, is_flagged from marts.fct_health_scores
        order by all
    """
    before = query(warehouse, flags)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table marts.fct_health_scores drop column is_flagged")
    outcome = dbt("run", warehouse, "--select", "fct_health_scores", raw_path=built_demo.raw)
    assert outcome.code == 0, outcome.text
    assert query(warehouse, flags) == before


def test_a_flag_that_is_published_stays_when_the_policy_changes(built_demo, warehouse, tmp_path):
    project = copy_project(tmp_path / "project")
    path = project / "seeds/policy/bands.csv"
    path.write_text(re.sub(r"(,moderate,\d+,\d+),false", r"\1,true", path.read_text()))
    outcome = dbt(
        *("build", warehouse, "--select", "bands", "int_policy__bands", "int_bands__in_force"),
        *(
            "int_scoring__health_scores",
            "int_scoring__steady_bands",
            "fct_health_scores",
            "--exclude-resource-type",
            "test",
            "unit_test",
        ),
        project=project,
        is_edited=False,
        raw_path=built_demo.raw,
    )
    assert outcome.code == 0, outcome.text
    flags = query(
        warehouse,
        """
        select is_flagged, bool_and(as_of_date < window_start_date) from marts.fct_health_scores
        cross join operations.build_window
        where band = 'moderate'
        group by is_flagged
        order by is_flagged
        """,
    )
    assert flags == [(False, True), (True, False)]


def test_edited_expert_weights_are_a_new_version_and_change_no_older_one(
    built_demo, warehouse, tmp_path
):
    project = copy_project(tmp_path / "project")
    path = project / "seeds/policy/scorecard_weights.csv"
    edited = path.read_text().replace("expert_default,usage,30", "expert_default,usage,28")
    path.write_text(edited.replace("expert_default,support,12", "expert_default,support,14"))
    versions = """
        select weights_version, weight, valid_from, valid_until from marts.fct_dimension_weights
        where scorecard = 'expert_default' and dimension = 'usage'
        order by valid_from
    """
    ((version, weight, valid_from, _),) = query(warehouse, versions)
    for _ in range(2):
        outcome = dbt(
            *("build", warehouse, "--select", "scorecard_weights", "int_weights__starts"),
            *("int_weights__versions", "fct_dimension_weights"),
            *("--exclude-resource-type", "test", "unit_test"),
            project=project,
            is_edited=False,
            raw_path=built_demo.raw,
        )
        assert outcome.code == 0, outcome.text
        ((edited_from,),) = query(
            warehouse, "select published_before_date from operations.build_window"
        )
        assert query(warehouse, versions) == [
            (version, weight, valid_from, edited_from),
            ("expert_default.2", 28, edited_from, None),
        ]


def test_a_scorecard_that_takes_over_has_its_history_and_blanks_none(
    built_demo, warehouse, tmp_path
):
    project = copy_project(tmp_path / "project")
    path = project / "seeds/policy/scorecards.csv"
    as_it_was = path.read_text()

    def build_with(*edits: tuple[str, str]) -> str:
        text = as_it_was
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        flags = ("--exclude-resource-type", "unit_test")
        chosen = {"project": project, "is_edited": False, "raw_path": built_demo.raw}
        outcome = dbt("build", warehouse, *flags, **chosen)
        assert outcome.code == 0, outcome.text
        return " ".join(outcome.text.split())

    scores = "select * exclude (policy_version) from marts.fct_health_scores"
    others = f"{scores} where scorecard <> 'd2' and as_of_date < date '2026-06-01'"
    said = build_with(
        ("correlation,production", "correlation,challenger"), ("d2,off", "d2,production")
    )
    assert "scorecards.csv: d2 is new here. This build scores all of its history" in said
    assert differences(built_demo.warehouse, warehouse, others) == []
    days = "select account_id, as_of_date from marts.fct_health_scores where scorecard = '{}'"
    assert query(warehouse, f"{days.format('d2')} except {days.format('equal')}") == []
    assert query(warehouse, f"{days.format('equal')} except {days.format('d2')}") == []
    roles = """
        select scorecard_role, max(as_of_date) < any_value(published_before_date)
        from marts.fct_health_scores cross join operations.build_window
        where scorecard = 'd2' group by all order by all
    """
    assert query(warehouse, roles) == [("production", False), ("shadow", True)]
    newest = """
        select
            any_value(scorecard),
            count(*) filter (where change_90d is null),
            count(*) filter (where momentum = 'too new')
        from marts.account_health
        where health_score is not null and account_id in (
            select account_id from marts.fct_health_scores
            where scorecard = 'd2' and as_of_date = '2026-04-01' and band <> 'insufficient data'
        )
    """
    assert query(warehouse, newest) == [("d2", 0, 0)]

    published = shutil.copy(warehouse, tmp_path / "published.duckdb")
    build_with(("d2,off", "d2,challenger"))
    before = f"{scores} where as_of_date < date '2026-06-01'"
    assert differences(published, warehouse, before) == []
    assert query(warehouse, newest) == [("correlation", 0, 0)]


def test_dbt_parses_nothing_again_at_its_second_start(tmp_path):
    first = parsed()
    second = shutil.copytree(first, tmp_path / "warehouse.target")
    (second / "perf_info.json").unlink()
    run_dbt = ("parse", "--profiles-dir", PROJECT, "--target-path", second, "--log-path", second)
    name = str(first / "warehouse.duckdb")
    outcome = run(DBT, *run_dbt, "--vars", "{}", CUSTOMER_HEALTH_WAREHOUSE=name)
    assert outcome.code == 0, outcome.text
    timing = json.loads((second / "perf_info.json").read_text())
    assert timing["path_count"] > 0
    assert timing["parsed_path_count"] == 0


def test_only_the_schemas_of_prod_have_plain_names(tmp_path):
    assert dbt("parse", tmp_path / "warehouse.duckdb", "--target", "lint").code == 0
    assert _schemas(parsed()) == {"staging", "intermediate", "marts"}
    assert _schemas(tmp_path / "warehouse.target") == {
        "lint_staging",
        "lint_intermediate",
        "lint_marts",
    }


def _schemas(target: Path) -> set[str]:
    """Schemas of the models, as dbt parsed them."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    return {node["schema"] for node in nodes.values() if node["resource_type"] == "model"}


def test_a_full_refresh_keeps_days_published_under_another_policy(built_demo, warehouse, tmp_path):
    project = copy_project(tmp_path / "edited")
    for seed, old, new in (
        ("bands", ",moderate,", ",middling,"),
        ("trigger_conditions", ",moderate,", ",middling,"),
        ("scorecards", "regression,challenger", "regression,off"),
    ):
        path = project / f"seeds/policy/{seed}.csv"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    flags = ("--exclude-resource-type", "unit_test", "--full-refresh")
    chosen = {"project": project, "is_edited": False, "raw_path": built_demo.raw}
    outcome = dbt("build", warehouse, *flags, **chosen)
    assert outcome.code == 0, outcome.text
    bands = query(warehouse, "select distinct band from marts.fct_health_scores")
    assert {("moderate",), ("middling",)} <= set(bands)
