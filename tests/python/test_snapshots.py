"""What a source overwrites in place counts from the build that sees it, and never before."""

import shutil
from pathlib import Path

import duckdb
import yaml
from cases import NIGHTS, Case, write_delivery
from project import build, dbt, differences, query, select

from demo.spellings import SENTINELS

SNAPSHOTS = [
    "snap_billing__subscriptions",
    "snap_crm__accounts",
    "snap_crm__contact_roles",
    "snap_crm__contacts",
    "snap_product__users",
]


def _rewrite(raw: Path, table: str, select: str) -> None:
    """Put the rows that a select gives of a raw table (`delivered`) in its place."""
    path = raw / f"{table}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table delivered as from '{path}'")
        connection.execute(f"copy ({select}) to '{path}'")


def _set(raw: Path, table: str, column: str, value: str, where: str = "true") -> None:
    """Overwrite a column of a raw table."""
    changed = f"case when {where} then {value} else {column} end as {column}"
    _rewrite(raw, table, f"select * replace ({changed}) from delivered")


def test_changes_in_place_count_from_the_build_that_sees_them(built_demo, tmp_path):
    raw, warehouse, later = tmp_path / "raw", tmp_path / "warehouse.duckdb", "2026-07-10"
    shutil.copytree(built_demo.raw, raw)
    shutil.copy(built_demo.warehouse, warehouse)
    (day,) = query(warehouse, "select as_of_date from staging.stg_calendar__clock")[0]

    # the CRM begins to list roles without dates, and overwrites owners
    undated = f"coalesce(left(valid_from, 10), '') in {SENTINELS}"
    champions = (
        f"select contact_id, account_id, 'champion' as role from '{raw}/crm/contacts.parquet'"
    )
    _rewrite(raw, "crm/contact_roles", f"from delivered union all by name {champions}")
    _set(raw, "crm/accounts", "csm_owner_id", "'bob'", undated)
    build(warehouse, "--select", "+resource_type:snapshot", raw_path=raw, as_of_date=later)

    # more changes on the same day, deletions, and all but the snapshots built again
    _set(raw, "crm/contact_roles", "role", "'executive_sponsor'", "start_date is null")
    _set(raw, "crm/accounts", "csm_owner_id", "'cem'", undated)
    _set(raw, "crm/accounts", "employees", "100000", undated)
    _set(raw, "crm/contacts", "department", "contact_id")
    _set(raw, "product/users", "department", "user_id")
    _set(raw, "billing/subscriptions", "seats", "5000", "cast(seats as double) > 0")
    _rewrite(raw, "crm/accounts", "from delivered where account_id not like '%7'")
    read = select("+fct_health_scores", "+fct_score_contributions", "+int_facts__contact_roles")
    build(warehouse, "--full-refresh", *read, raw_path=raw, as_of_date=later)

    for rows in (
        """
        select
            scorecard, account_id, as_of_date, segment, health_score, band, momentum, change_30d,
            round(account_coverage, 9), health_score_low, health_score_high
        from marts.fct_health_scores
        """,
        """
        select
            scorecard, account_id, as_of_date, component, round(metric_value, 9), round(score, 6)
        from marts.fct_score_contributions
        """,
        """
        select account_id, as_of_date, csm_owner_id, seats, arr, renewal_date
        from intermediate.int_spine__account_days
        """,
    ):
        published = f"{rows} where as_of_date <= date '{day}'"
        assert query(warehouse, f"select count(*) > 100 from ({published})") == [(True,)]
        assert differences(built_demo.warehouse, warehouse, published) == []

    # on the day they show, where the CRM dates no states
    assert query(
        warehouse,
        """
        select as_of_date::text, csm_owner_id, segment, seats >= 5000
        from intermediate.int_spine__account_days
        where as_of_date = date '2026-07-10' and is_in_service
        and account_id not like '%7' and account_id not in (
            select account_id from staging.stg_crm__accounts where valid_from is not null
        )
        group by all
        """,
    ) == [(later, "cem", "enterprise", True)]
    assert query(
        warehouse,
        f"""
        select distinct role
        from intermediate.int_facts__contact_roles
        where known_date = date '{later}'
        """,
    ) == [("executive_sponsor",)]
    assert query(
        warehouse,
        """
        select count(*) > 10
        from intermediate.int_relationship__spans
        where measure = 'contact_departments' and from_date = date '2026-07-10'
        """,
    ) == [(True,)]

    # a build of an earlier day adds nothing to what is remembered
    second = shutil.copy(warehouse, tmp_path / "second.duckdb")
    build(
        warehouse, "--select", "stg_calendar__clock", "resource_type:snapshot",
        "--indirect-selection", "empty", raw_path=raw, as_of_date=day, restate_history=True,
    )  # fmt: skip
    for name in SNAPSHOTS:
        assert query(warehouse, f"select count(*) > 0 from snapshots.{name}") == [(True,)]
        assert differences(second, warehouse, f"from snapshots.{name}") == []


# One row per account, overwritten in place; there is no billing.
OVERWRITTEN = """
    - {account_id: stays, customer_since_date: 2025-01-01}
    - {account_id: left, customer_since_date: 2025-01-01, nights: [1]}
    - {account_id: left, customer_since_date: 2025-01-01, churned_date: 2026-07-01, nights: [2, 3]}
    - {account_id: mistaken, customer_since_date: 2025-01-01, nights: [1, 3]}
    - {account_id: mistaken, customer_since_date: 2025-01-01, churned_date: 2026-07-01, nights: [2]}
    - {account_id: back, customer_since_date: 2025-01-01, churned_date: 2026-03-01, nights: [1, 2]}
    - {account_id: back, customer_since_date: 2026-07-10, churned_date: 2026-03-01, nights: [3]}
    - {account_id: night, customer_since_date: 2025-01-01, nights: [1, 3]}
    - {account_id: gone, customer_since_date: 2025-01-01, nights: [1]}
"""


def test_what_the_crm_overwrites_tells_who_left_who_came_back_and_who_never_went(tmp_path):
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse.duckdb"
    usage = {"event_name": "report", "user_id": "u", "n_events": 5}
    used = [{"account_id": "stays", "usage_date": "2025-06-01..2026-07-20", **usage}]
    accounts = yaml.safe_load(OVERWRITTEN)
    case = Case("", {"raw": {"crm.accounts": accounts, "product.daily_usage": used}})
    for night, day in enumerate(NIGHTS, start=1):
        write_delivery([case], raw, night, base=False)
        outcome = dbt(
            "build", warehouse, "--exclude-resource-type", "unit_test",
            raw_path=raw, as_of_date=day,
        )  # fmt: skip
        assert outcome.code == 0, outcome.text
        missing = {
            1: "",
            2: "2 (beside 4 that are), the first since 2026-07-01",
            3: "1 have been away for as long and count as gone",
        }
        told = " ".join(outcome.text.split())
        assert ("crm.accounts: rows that" in told) == (night > 1)
        assert missing[night] in told

    assert query(
        warehouse,
        """
        select account_id, customer_status, n_terms, churned_date::text
        from marts.dim_accounts
        order by account_id
        """,
    ) == [
        ("back", "customer", 2, None),
        ("gone", "churned", 1, "2026-07-01"),
        ("left", "churned", 1, "2026-07-01"),
        ("mistaken", "customer", 1, None),
        ("night", "customer", 1, None),
        ("stays", "customer", 1, None),
    ]
    assert query(
        warehouse,
        "select account_id, ended_date::text, outcome from marts.fct_renewals order by account_id",
    ) == [
        ("back", "2026-03-01", "churned"),
        ("gone", "2026-07-01", "churned"),
        ("left", "2026-07-01", "churned"),
    ]
    days = """
        select account_id, count(*), min(as_of_date)::text, max(as_of_date)::text
        from intermediate.int_spine__account_days
        where as_of_date >= date '2026-06-30'
        group by account_id
        order by account_id
    """
    expected = [
        ("back", 11, "2026-07-10", "2026-07-20"),
        ("gone", 15, "2026-06-30", "2026-07-14"),
        ("left", 1, "2026-06-30", "2026-06-30"),
        ("mistaken", 20, "2026-06-30", "2026-07-20"),  # not the day on which the CRM said so
        ("night", 21, "2026-06-30", "2026-07-20"),
        ("stays", 21, "2026-06-30", "2026-07-20"),
    ]
    assert query(warehouse, days) == expected
    build(
        *(warehouse, "--full-refresh", "--select", "+int_spine__account_days"),
        **{"raw_path": raw, "as_of_date": NIGHTS[-1]},
    )
    assert query(warehouse, days) == expected
