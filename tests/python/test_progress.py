"""What dbt logs is told to people without SQL in the project's own words."""

import json

import pytest

from customer_health.progress import Progress

REFUSED = """Encountered an error:
Compilation Error in operation customer_health-on-run-start-0 (./dbt_project.yml)
  Nothing was built: 1 problem(s) to fix first.
  - variable vendors: 'nobody' is not known as a vendor of billing. Fix: use one.

  > in macro python_check (macros/check_before_build.sql)
  > called by macro check_before_build (macros/check_before_build.sql)
"""
FLAGS = "tests/singular/flags_fit_the_team.sql"
LATE = "tests/singular/no_row_came_too_late.sql"


def read(*events: tuple[str, str, dict[str, str]]) -> Progress:
    """Have events of dbt's log read."""
    progress = Progress()
    for name, message, data in events:
        progress.read(json.dumps({"info": {"name": name, "msg": message}, "data": data}))
    return progress


def test_a_refusal_is_told_without_where_in_dbt_it_arose():
    assert read(("MainEncounteredError", REFUSED, {})).failures == [
        "Nothing was built: 1 problem(s) to fix first.\n"
        "- variable vendors: 'nobody' is not known as a vendor of billing. Fix: use one."
    ]


def test_what_goes_wrong_in_a_model_is_told_as_dbt_has_it():
    error = "Runtime Error in model dim_accounts (models/marts/dim_accounts.sql)\n  out of memory"
    assert read(("RunResultError", error, {})).failures == [error]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (FLAGS, ["8 of 36 customers are flagged. Fix: raise that share."]),
        (LATE, [f"the test no_row_came_too_late finds what should not be; see {LATE}"]),
    ],
)
def test_a_test_that_warns_is_told_once_and_not_counted(path, told, capsys):
    node = {"path": path, "node_name": path.split("/")[-1].removesuffix(".sql")}
    own = ("JinjaLogWarning", "8 of 36 customers are flagged. Fix: raise that share.", {})
    progress = read(
        *([own] if path == FLAGS else []),
        ("RunResultWarning", f"Warning in test {node['node_name']} ({path})", node),
        ("RunResultWarningMessage", "Got 1 result, configured to warn if != 0", {}),
    )
    assert progress.warnings == told
    assert capsys.readouterr().out == "".join(f"{'warning':<12} {line}\n" for line in told)
