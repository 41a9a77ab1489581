"""Finds and erases rows in a DuckDB file that a build made.

A row goes if one of its columns names who was erased, or the raw row that the quarantine shows; a
row that only refers to an erased account (as its parent, or where its contract went) loses the
reference. The file is written again whole,
since DuckDB leaves deleted values in blocks that it may use later.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health.files import copy_file, sync
from customer_health.marts import sql_name, sql_text
from customer_health.privacy.tombstones import KINDS, Tombstones, names

REFERENCES = (
    "parent_account_id",
    "top_account_id",
    "worst_account_id",
    "moved_to_account_id",
    "merged_into_account_id",
)
# What says that an account is part of another: table, columns of the two, and rows.
MERGERS = (
    ("marts.dim_accounts", "account_id", "merged_into_account_id", "true"),
    ("staging.stg_known_accounts__duplicates", "account_id", "same_account_id", "true"),
    (
        *("staging.stg_known_accounts__matches", "known_as", "account_id"),
        "kind = 'id' and matched_by = 'id'",
    ),
)


@dataclass(frozen=True)
class Search:
    """Whom to look for, and how ids are spelled."""

    salt: str
    hashes: frozenset[str]
    id_case: str

    @classmethod
    def of(cls, tombstones: Tombstones, id_case: str, hashes: set[str] | None = None) -> "Search":
        """Look for all who were erased, or for these hashes."""
        chosen = tombstones.hashes if hashes is None else hashes
        return cls(tombstones.salt, frozenset(chosen), id_case)

    def names(self, expression: str, kind: str) -> str:
        """Condition: an expression names one of them."""
        listed = "select hash from memory.main.sought"
        return names(expression, kind, self.salt, self.id_case, listed)


@contextmanager
def opened(file: Path, search: Search, scratch: Path | None = None) -> Iterator:
    """Open a file as the database `source`, to be read or, with a folder for scratch, written."""
    # a database in memory would spill into the folder it is started in
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": os.environ.get("CUSTOMER_HEALTH_MEMORY", "6GB"),
        "temp_directory": str(scratch or ""),
    }
    with duckdb.connect(config=settings) as connection:
        mode = "" if scratch else " (read_only)"
        connection.execute(f"attach {sql_text(file)} as source{mode}")
        connection.execute("create table memory.main.sought (hash varchar)")
        for each in search.hashes:
            connection.execute("insert into memory.main.sought values (?)", [each])
        yield connection


def rows_found(file: Path, search: Search) -> int:
    """Count the rows of a file that name somebody."""
    with opened(file, search) as connection:
        return sum(
            _number(connection, f"select count(*) from {table} where {condition}")
            for table, condition, _ in _tables(connection, search)
        )


def rewritten(file: Path, fresh: Path, search: Search) -> dict[str, int]:
    """Write a file again without the rows of those erased, and count these rows by table."""
    work = fresh.with_name("work.duckdb")
    copy_file(file, work)
    erased = {}
    with opened(work, search, fresh.parent) as connection:
        for table, condition, references in _tables(connection, search):
            if n_rows := _number(connection, f"select count(*) from {table} where {condition}"):
                connection.execute(f"delete from {table} where {condition}")
                erased[table.removeprefix("source.").replace('"', "")] = n_rows
            for assignment, is_named in references:
                connection.execute(f"update {table} set {assignment} where {is_named}")
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'source'"
        ).fetchall()
        version = sql_text(tags["storage_version"].removesuffix("+"))
        # views in it name their database, which is called as the file is
        name = sql_name(fresh.stem)
        connection.execute(f"attach {sql_text(fresh)} as {name} (storage_version {version})")
        connection.execute(f"copy from database source to {name}")
        connection.execute(f"detach {name}")
    work.unlink()
    sync(fresh)
    return erased


def merged_into(file: Path, account: str) -> set[str]:
    """Give an account with all that were merged into it, or into one of those.

    So was one that another connection of the CRM has too; and that CRM's own id is its name too.
    """
    with duckdb.connect(str(file), read_only=True) as connection:
        selects = [
            f"select {name} as account_id, {into} as into_account_id from {table} where {condition}"
            for table, name, into, condition in MERGERS
            if _number(
                connection,
                "select count(*) from duckdb_columns() where"
                f" schema_name || '.' || table_name = '{table}' and column_name = '{into}'",
            )
        ]
        if not selects:
            return {account}
        found = connection.execute(
            f"""
            with recursive mergers as (
                {" union all ".join(selects)}
            ),

            merged(account_id) as (
                select $1
                union
                select mergers.account_id
                from mergers
                inner join merged on mergers.into_account_id = merged.account_id
            )

            select account_id from merged
            """,
            [account],
        ).fetchall()
        return {name for (name,) in found}


def row_counts(file: Path) -> dict[str, int]:
    """Count the rows of the marts, as the manifest has them."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables()"
            " where schema_name = 'marts' and table_name <> 'publication' order by all"
        ).fetchall()
        return {
            name: _number(connection, f"select count(*) from marts.{sql_name(name)}")
            for (name,) in names
        }


def _tables(connection: duckdb.DuckDBPyConnection, search: Search) -> list[tuple]:
    """Each table that can name somebody: its name, the rows to go, what empties the others."""
    found = connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns()"
        " join duckdb_tables() using (database_name, schema_name, table_name)"
        " where database_name = 'source' group by all order by all"
    ).fetchall()
    tables = []
    for schema, name, columns in found:
        mentions = list(_mentions(columns, search))
        conditions = [is_named for column, is_named, _ in mentions if column not in REFERENCES]
        references = [
            (emptied, is_named) for column, is_named, emptied in mentions if column in REFERENCES
        ]
        if conditions or references:
            table = f"source.{sql_name(schema)}.{sql_name(name)}"
            tables.append((table, " or ".join(conditions) or "false", references))
    return tables


def _mentions(columns: list[str], search: Search) -> Iterator[tuple[str, str, str]]:
    """Each column that can name somebody, the condition that it does, and what empties it."""
    for name, kind in KINDS.items():
        if name in columns:
            yield name, search.names(name, kind), f"{name} = null"
        if "raw_row" in columns:
            without = f"json_merge_patch(raw_row, '{{\"{name}\": null}}')"
            yield name, search.names(f"raw_row ->> '{name}'", kind), f"raw_row = {without}"


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((number,),) = connection.execute(sql).fetchall()
    return number
