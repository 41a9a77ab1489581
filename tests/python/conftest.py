"""What several test files need."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from project import build, make_demo


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
    return BuiltDemo(raw, build(folder / "warehouse.duckdb", raw_path=raw))
