"""What several test files need."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import project
import pytest
from project import build, make_demo, once

# The files that take longest, so that no worker begins one when the other is done.
LONGEST_FIRST = [
    "test_incremental_history",
    "test_end_to_end",
    "test_cases",
    "test_snapshots",
    "test_independent_data",
    "test_publication",
    "test_privacy",
    "test_benchmarks",
    "test_ten_days",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the rest stays in order."""
    rank = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory) -> None:
    """Say where tests of all processes find what they share."""
    folder = tmp_path_factory.getbasetemp()
    project.SHARED = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@dataclass(frozen=True)
class BuiltDemo:
    """A small demo company: the folder of its raw data and the warehouse built from it."""

    raw: Path
    warehouse: Path


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory) -> BuiltDemo:
    """Build the demo once for all tests that only read it; each process has a copy.

    Of its own, because DuckDB lets no process write to a file that another one reads.
    """

    def make(folder: Path) -> None:
        raw = make_demo(folder / "demo")
        build(folder / "warehouse.duckdb", "--write-json", raw_path=raw)

    made = once("built_demo", make)
    own = tmp_path_factory.mktemp("copy") / "of"
    shutil.copytree(made, own, ignore=shutil.ignore_patterns("demo"))
    return BuiltDemo(made / "demo" / "raw", own / "warehouse.duckdb")


@pytest.fixture(scope="session")
def clean_raw() -> Path:
    """Raw data of the company of `built_demo` without dirt, which changes none of its figures."""
    return once("clean_demo", lambda folder: make_demo(folder / "demo", dirt=0)) / "demo" / "raw"
