"""What stops a dbt build before it writes anything, beside policy and raw files."""

from pathlib import Path

import pytest
from project import PROJECT

from customer_health.build_checks import (
    dated_tables,
    history_problems,
    table_problems,
    variable_problems,
    vendor_problems,
)
from customer_health.policy import custom_columns

VARIABLES = {"history_grain": "day", "id_case": "lower", "as_of_date": ""}
BUILD = {
    "settings": {"history_grain": "day", "id_case": "lower"},
    "raw_path": "data/raw",
    "as_of_date": "2026-06-30",
    "tables": ["crm.accounts", "survey.responses"],
}
ACCOUNTS = {
    "source": "crm",
    "table": "accounts",
    "columns": [
        {"name": "account_id", "required": True},
        {"name": "churned_date", "required": False},
    ],
    "place": "crm.accounts",
    "delivered": ["ACCOUNT_ID", "churned_date"],
    "is_empty": False,
}


@pytest.mark.parametrize("as_of_date", ["", "2024-02-29", "2026-06-30"])
def test_variables_that_mean_something_pass(as_of_date):
    assert variable_problems({**VARIABLES, "as_of_date": as_of_date}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"history_grain": "month"}, "'month' is not known. Fix: set it to day or week"),
        ({"id_case": "upper"}, "'upper' is not known. Fix: set it to lower or preserve"),
        ({"as_of_date": "2025-02-29"}, "'2025-02-29' is not a date. Fix: write it as YYYY-MM-DD"),
        ({"as_of_date": "20250228"}, "'20250228' is not a date"),
        ({"as_of_date": "2025-064"}, "'2025-064' is not a date"),
        ({"as_of_date": "yesterday"}, "'yesterday' is not a date"),
    ],
)
def test_other_variables_are_named(changed, said):
    (error,) = variable_problems({**VARIABLES, **changed})
    assert said in error


def test_tables_with_their_required_columns_pass_in_any_case():
    assert table_problems([ACCOUNTS]) == ([], [])


def test_a_required_column_that_is_missing_stops_and_an_empty_table_counts_as_absent():
    errors, warnings = table_problems(
        [{**ACCOUNTS, "delivered": ["churned_date"], "is_empty": True}]
    )
    assert errors == [
        "crm.accounts: the required column 'account_id' of crm.accounts is missing."
        " Fix: add the column 'account_id'."
    ]
    assert "has no rows and counts as absent" in warnings[0]


def test_a_database_without_any_table_of_the_contract_stops():
    absent = {name: ACCOUNTS[name] for name in ("source", "table", "columns")}
    (error,), _ = table_problems([absent])
    assert error.startswith("variable raw_path is empty, and no table of the raw contract")


def test_only_tables_with_a_time_are_dated():
    events = {
        "source": "product",
        "table": "events",
        "file": "sources.yml",
        "time_column": "occurred_at",
        "freshness": {"warn_after": {"count": 3, "period": "day"}, "error_after": None},
    }
    undated = {**events, "table": "features", "time_column": None, "freshness": None}
    assert dated_tables([events, undated]) == [
        {
            "source": "product",
            "table": "events",
            "file": "sources.yml",
            "warn_after_days": 3,
            "fail_after_days": None,
        }
    ]


KNOWN = {
    "last": BUILD,
    "late_row_days": 7,
    "new_scorecards": (),
    "holdouts": {"last": [], "now": []},
}


def told(new_scorecards: tuple[str, ...] = (), **changed) -> tuple[list[str], list[str]]:
    return history_problems(
        {**KNOWN, "now": {**BUILD, **changed}, "new_scorecards": new_scorecards}
    )


def test_a_build_like_the_last_goes_on_from_it():
    assert told() == ([], [])
    assert told(as_of_date="") == ([], [])
    assert told(as_of_date="2026-07-01") == ([], [])


def test_history_of_another_grain_stops_the_build():
    (error,), _ = told(settings={"history_grain": "week", "id_case": "lower"})
    assert error.startswith(
        "history_grain is 'week', and the history in this warehouse was built with 'day'. Fix: "
    )


def test_a_day_before_the_last_build_stops_the_build():
    (error,), _ = told(as_of_date="2026-06-29")
    assert error.startswith("variable as_of_date: 2026-06-29 lies before 2026-06-30")


def test_another_folder_and_a_table_that_is_gone_are_warned_of():
    errors, (folder, table) = told(raw_path="other", tables=["crm.accounts"])
    assert errors == []
    assert folder.startswith("raw_path is 'other', and the last build of this warehouse read")
    assert table.startswith("survey.responses: the last build had this table")
    assert "build again within 7 days" in table


def test_a_folder_named_from_the_project_or_in_full_is_one():
    """The demo is named from the project, and what tries a policy names it in full."""
    assert told(raw_path=str(Path("project", BUILD["raw_path"]).absolute())) == ([], [])
    assert told(raw_path=str(Path("other").absolute()))[1]


def test_a_column_of_accounts_that_is_gone_is_warned_of():
    columns = ["crm.accounts.plan", "crm.accounts.employees"]
    last = {**BUILD, "tables": ["crm.accounts", *columns]}
    now = {**BUILD, "tables": ["crm.accounts", columns[0]]}
    known = {**KNOWN, "last": last, "now": now}
    _, (warning,) = history_problems(known)
    assert warning.startswith("crm.accounts.employees: the last build had this column")
    _, (table,) = history_problems({**known, "now": {**now, "tables": []}})
    assert table.startswith("crm.accounts: the last build had this table")


HELD_OUT, TO_COME = ["at_risk", "2026-06-30", 0.2], ["at_risk", "2026-07-01", 0.2]


@pytest.mark.parametrize(
    ("last", "now", "what"),
    [
        ([HELD_OUT], [HELD_OUT, TO_COME], None),
        ([HELD_OUT, TO_COME], [HELD_OUT], None),
        ([], [HELD_OUT], "new"),
        ([HELD_OUT], [], "gone or changed"),
    ],
)
def test_a_holdout_of_days_that_the_team_has_seen_stops_the_build(last, now, what):
    holdouts = {"last": last, "now": now}
    errors, _ = history_problems({**KNOWN, "now": BUILD, "holdouts": holdouts})
    assert [error.split(", and ")[0] for error in errors] == [
        f"holdouts.csv: the row of 'at_risk' from 2026-06-30 is {what}"
    ][: what is not None]


def test_columns_of_the_policy_are_part_of_the_raw_contract(tmp_path):
    assert custom_columns(PROJECT / "seeds" / "policy") == ["support_plan", "annual_revenue"]
    assert custom_columns(tmp_path) == []  # what is wrong with the file is told elsewhere


def test_a_scorecard_that_is_new_is_warned_of():
    assert told(new_scorecards=("d2",))[1][0].startswith("scorecards.csv: d2 is new here.")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"crm": ["salesforce", "salesforce_emea"], "support": ["zendesk_2"]}, None),
        ({"crm": ["hubspot", "hubspot_uk"], "support": ["zendesk", "hubspot", "hubspot_uk"]}, None),
        ({"crm": ["stripe_us"]}, "'stripe_us' is not known as a vendor of crm. Fix: use one"),
        ({"crm": ["salesforce_EMEA"]}, "'salesforce_EMEA' is not known as a vendor of crm."),
        (
            {"crm": ["hubspot", "hubspot_uk"], "support": ["hubspot_uk"]},
            "crm has hubspot, hubspot_uk, and support has hubspot_uk. Fix: name the same",
        ),
    ],
)
def test_connections_that_cannot_be_read_are_named(named, said):
    fills = {"crm": ("salesforce", "hubspot"), "support": ("zendesk", "hubspot")}
    errors = vendor_problems(
        [
            {"source": source, "connection": connection}
            | {"tables": ["any"] if connection.split("_")[0] in fills[source] else []}
            for source, connections in named.items()
            for connection in connections
        ]
    )
    assert [said in error for error in errors] == ([True] if said else [])
