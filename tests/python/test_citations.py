"""What code cites can be looked up: documents of docs/reference/sources.md, and no others."""

import re

import pytest
from project import PROJECT

FOLDERS = ("analyses", "macros", "models", "python", "seeds", "snapshots", "tests")
# Priorities of tickets, and figures of statistics.
WORDS = {"P1", "P2", "F1", "R2"}
SOURCES = set(
    re.findall(r"^\| (D\d) \|", (PROJECT / "docs/reference/sources.md").read_text("utf-8"), re.M)
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_code_cites_a_row_that_nobody_can_look_up(folder):
    cited = {
        (str(path.relative_to(PROJECT)), name)
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in (".csv", ".md", ".py", ".sql", ".yml")
        for name in re.findall(r"\b[A-Z]\d{1,2}[a-z]?\b", path.read_text(encoding="utf-8"))
    }
    assert {(path, name) for path, name in cited if name not in SOURCES | WORDS} == set()
