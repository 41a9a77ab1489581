"""What several test files need."""

import os
from dataclasses import dataclass
from pathlib import Path

import project
import pytest
from project import build, make_demo

# The files that take longest, so that no worker begins one when the other is done.
LONGEST_FIRST = ["test_incremental_history", "test_cases", "test_end_to_end", "test_snapshots"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the rest stays in order."""
    rank = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session", autouse=True)
def manifests(tmp_path_factory) -> None:
    """Keep what dbt parsed for all tests of a run, in whichever process they are."""
    folder = tmp_path_factory.getbasetemp()
    project.MANIFESTS = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@dataclass(frozen=True)
class BuiltDemo:
    """A small demo company: the folder of its raw data and the warehouse built from it."""

    raw: Path
    warehouse: Path


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory) -> BuiltDemo:
    """Build the demo once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("built_demo")
    raw = make_demo(folder / "demo")
    return BuiltDemo(raw, build(folder / "warehouse.duckdb", "--write-json", raw_path=raw))
