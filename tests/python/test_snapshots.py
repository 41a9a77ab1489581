"""What a source overwrites in place counts from the build that sees it, and never before."""

import shutil
from pathlib import Path

import duckdb
from project import build, differences, query

from demo.dirt import SENTINELS

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
    (day,) = query(warehouse, "select as_of_date from intermediate.int_spine__clock")[0]

    # the CRM begins to list roles without dates, and overwrites owners
    undated = f"coalesce(left(valid_from, 10), '') in {SENTINELS}"
    champions = (
        f"select contact_id, account_id, 'champion' as role from '{raw}/crm/contacts.parquet'"
    )
    _rewrite(raw, "crm/contact_roles", f"from delivered union all by name {champions}")
    _set(raw, "crm/accounts", "csm_owner_id", "'bob'", undated)
    build(warehouse, "--select", "+resource_type:snapshot", raw_path=raw, as_of_date=later)

    # more changes on the same day, deletions, and all but the snapshots made anew
    _set(raw, "crm/contact_roles", "role", "'executive_sponsor'", "start_date is null")
    _set(raw, "crm/accounts", "csm_owner_id", "'cem'", undated)
    _set(raw, "crm/accounts", "employees", "100000", undated)
    _set(raw, "crm/contacts", "department", "contact_id")
    _set(raw, "product/users", "department", "user_id")
    _set(raw, "billing/subscriptions", "seats", "5000", "cast(seats as double) > 0")
    _rewrite(raw, "crm/accounts", "from delivered where account_id not like '%7'")
    build(warehouse, "--full-refresh", raw_path=raw, as_of_date=later)

    for select in (
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
        published = f"{select} where as_of_date <= date '{day}'"
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
        from intermediate.int_relationship__roles
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
        warehouse, "--select", "int_spine__clock", "resource_type:snapshot",
        raw_path=raw, as_of_date=day, restate_history=True,
    )  # fmt: skip
    for name in SNAPSHOTS:
        assert query(warehouse, f"select count(*) > 0 from snapshots.{name}") == [(True,)]
        assert differences(second, warehouse, f"from snapshots.{name}") == []
