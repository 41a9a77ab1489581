"""The small file of critical events that were told since the last build, `<name>.instant.duckdb`.

Its schema marts holds `fct_playbook_triggers` and `sync_slack__critical_alerts`, each with the rows
that the published file does not have yet, and `instant_run`, which says when and from what it was
made. Readers see it change as a whole, as they do the published one.
"""

import json
import os
from pathlib import Path

import duckdb

from customer_health.files import sync
from customer_health.marts import comment, declared_marts, published_file, sql_text
from customer_health.publication import Warehouse

KEY = "trigger, account_id, as_of_date"


def hand_over(warehouse: Warehouse, raw_data: dict[str, str | None], state: Path) -> None:
    """Let a build know what was told since the last one, so that it is neither told again nor lost.

    Args:
        warehouse: Whose file it is.
        raw_data: What the build reads; events of another company are none of its.
        state: The file that dbt builds in.
    """
    with duckdb.connect(str(state)) as connection:
        connection.execute("create schema if not exists operations")
        connection.execute("drop table if exists operations.instant_triggers")
        if told_of(warehouse.instant_file) == raw_data:
            connection.execute(f"attach {sql_text(warehouse.instant_file)} as told (read_only)")
            connection.execute(
                "create table operations.instant_triggers as"
                " select * from told.marts.fct_playbook_triggers"
            )


def told_of(file: Path) -> dict[str, str | None] | None:
    """Which raw data a file of critical events is of; None without one that can be read."""
    if not file.exists():
        return None
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            row = connection.execute("select raw_data from marts.instant_run").fetchone()
    except duckdb.Error:
        return None
    return json.loads(row[0]) if row else None


def write(warehouse: Warehouse, state: Path, run: dict[str, str]) -> tuple[int, int]:
    """Put the events that the published file does not have in place; how many, and how many new.

    Args:
        warehouse: Whose published file it is.
        state: What dbt built.
        run: The one row of `instant_run`.
    """
    new = warehouse.instant_folder / "new.duckdb"
    new.unlink(missing_ok=True)
    with published_file(new) as connection:
        connection.execute(f"attach {sql_text(state)} as state (read_only)")
        connection.execute(f"attach {sql_text(warehouse.file)} as seen (read_only)")
        connection.execute("create schema published.marts")
        connection.execute(
            f"""
            create table published.marts.fct_playbook_triggers as
            select * from state.marts.fct_playbook_triggers
            where
                trigger in (select trigger from state.policy.triggers where is_instant)
                and as_of_date >= (
                    select published_before_date from state.operations.build_window
                )
                and ({KEY}) not in (select ({KEY}) from seen.marts.fct_playbook_triggers)
            """
        )
        connection.execute(
            """
            create table published.marts.sync_slack__critical_alerts as
            select alerts.* from state.marts.sync_slack__critical_alerts as alerts
            inner join published.marts.fct_playbook_triggers as fired
                on
                    alerts.alert_id = fired.trigger || '/' || fired.account_id || '/'
                    || fired.as_of_date
            """
        )
        columns = ", ".join(f"cast(${name} as varchar) as {name}" for name in run)
        connection.execute(f"create table published.marts.instant_run as select {columns}", run)
        for mart in declared_marts(warehouse.instant_folder / "target"):
            if mart.name in ("fct_playbook_triggers", "sync_slack__critical_alerts"):
                comment(connection, mart)
        told = set(
            connection.execute(
                f"select {KEY} from published.marts.fct_playbook_triggers"
            ).fetchall()
        )
    before = _told_before(warehouse.instant_file)
    sync(new)
    os.replace(new, warehouse.instant_file)
    sync(warehouse.instant_file.parent)
    return len(told), len(told - before)


def _told_before(file: Path) -> set[tuple]:
    if told_of(file) is None:
        return set()
    with duckdb.connect(str(file), read_only=True) as connection:
        return set(connection.execute(f"select {KEY} from marts.fct_playbook_triggers").fetchall())
