"""Deliveries that went wrong somewhere, with the values a person works out: tests/cases."""

from pathlib import Path

import pytest
from cases import NIGHTS, Case, mismatches, read_cases, write_delivery
from project import dbt, query

CASES = read_cases()


def _of(build: str) -> list:
    return [pytest.param(case, id=case.name) for case in CASES if case.build == build]


def _build(raw: Path, warehouse: Path, *flags: str, **variables) -> str:
    """Build, and give what the build said."""
    outcome = dbt(
        *("build", warehouse, "--exclude-resource-type", "unit_test", *flags),
        **{"raw_path": raw, **variables},
    )
    assert outcome.code == 0, outcome.text
    return outcome.text


def _what_it_looks_at(case: Case) -> list[str]:
    """Flags that build no more than a case looks at, with the tests of just that."""
    tables = {row["table"].split(".")[-1] for row in case.expected.get("rows", [])}
    if "metrics" in case.expected:
        tables.add("int_scoring__explained_metrics")
    chosen = sorted(f"+{table}" for table in {*tables, "stg_calendar__clock"})
    return ["--indirect-selection", "cautious", "--select", *chosen]


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """One company with every case that does not disturb the others."""
    folder = tmp_path_factory.mktemp("shared")
    cases = [case for case in CASES if case.build == "shared"]
    _build(write_delivery(cases, folder / "raw"), folder / "warehouse.duckdb")
    return folder / "warehouse.duckdb"


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> dict[str, list[str]]:
    """Build three nights of the same company; where each case came out otherwise than expected."""
    folder = tmp_path_factory.mktemp("nights")
    cases = [case for case in CASES if case.build == "nights"]
    found: dict[str, list[str]] = {case.name: [] for case in cases}
    for night, day in enumerate(NIGHTS, start=1):
        _build(write_delivery(cases, folder / "raw", night), folder / "warehouse.duckdb")
        for case in cases:
            found[case.name] += mismatches(case, folder / "warehouse.duckdb", day, night)
    return found


@pytest.mark.parametrize("case", _of("shared"))
def test_a_case_that_shares_its_company_comes_out_as_worked_by_hand(case: Case, shared):
    assert mismatches(case, shared, NIGHTS[0]) == []


@pytest.mark.parametrize("case", _of("nights"))
def test_a_case_of_several_nights_comes_out_as_worked_by_hand(case: Case, nights):
    assert nights[case.name] == []


@pytest.mark.parametrize("case", _of("own"))
def test_a_case_of_its_own_comes_out_as_worked_by_hand(case: Case, tmp_path):
    base = case.content.get("base", True)
    raw = write_delivery([case], tmp_path / "raw", base=base)
    day = {"as_of_date": case.content["as_of_date"]} if "as_of_date" in case.content else {}
    said = _build(raw, tmp_path / "warehouse.duckdb", *_what_it_looks_at(case), **day)
    ((as_of_date,),) = query(
        tmp_path / "warehouse.duckdb", "select as_of_date from staging.stg_calendar__clock"
    )
    assert mismatches(case, tmp_path / "warehouse.duckdb", as_of_date) == []
    flat = " ".join(said.split())
    assert [text for text in case.expected.get("warnings", []) if text not in flat] == []


def test_every_case_tells_its_story_and_expects_something():
    untold = [case.name for case in CASES if not (case.content.get("story") and case.expected)]
    assert untold == []
