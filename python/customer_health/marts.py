"""Writes the marts, and nothing else, from the file that dbt built into the file that readers open.

Ids of persons stay in dbt's file, which is not published; names and texts do not get that far.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Every DuckDB since 1.0 reads it. It has no types beyond those of 1.0 and costs 2 % more disk.
STORAGE_VERSION = "v1.0.0"


@dataclass(frozen=True)
class Mart:
    """A public table as dbt's manifest declares it."""

    name: str
    is_incremental: bool
    description: str
    columns: dict[str, str]
    """Descriptions of its columns."""


def declared_marts(target: Path) -> list[Mart]:
    """The public tables of dbt's last run, by its target folder."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    return [
        Mart(
            name=node["alias"],
            is_incremental=node["config"]["materialized"] == "incremental",
            description=node["description"],
            columns={name: column["description"] for name, column in node["columns"].items()},
        )
        for node in nodes
        if node["resource_type"] in ("model", "seed", "snapshot")
        and node["schema"] == "marts"
        and node["config"]["materialized"] != "ephemeral"
    ]


def write_marts(
    state: Path, published: Path, marts: Iterable[Mart], window_start_date: str | None = None
) -> dict[str, int]:
    """Write the marts of a build and return their row counts.

    Args:
        state: The file that dbt built.
        published: The file to write. If it exists it is a copy of what was published from the
            state that the build began with: what lies before the window is there already.
        marts: What to write.
        window_start_date: First date of what the build may have changed in incremental marts;
            None: anything.

    Raises:
        RuntimeError: What was written is not what was built.
    """
    if published.exists() and not is_readable_everywhere(published):
        published.unlink()  # the storage version of a file cannot be lowered
    with published_file(published) as connection:
        # by this name its views know it
        connection.execute(f"attach {sql_text(state)} as state (read_only)")
        connection.execute("use state")
        connection.execute("create schema if not exists published.marts")
        there = {name: _columns(connection, "published", name) for name in _tables(connection)}
        for mart in marts:
            if (
                window_start_date
                and mart.is_incremental
                and there.get(mart.name) == _columns(connection, "state", mart.name)
            ):
                _write_window(connection, mart, window_start_date)
            else:
                connection.execute(
                    f"create or replace table published.marts.{sql_name(mart.name)} as"
                    f" select * from state.marts.{sql_name(mart.name)}"
                )
            comment(connection, mart)
        for name in there.keys() - {mart.name for mart in marts}:
            connection.execute(f"drop table published.marts.{sql_name(name)}")
        return _equal_counts(connection, marts)


@contextmanager
def published_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file for readers, to write into it, as the database `published`."""
    with duckdb.connect() as connection:
        connection.execute(
            f"attach {sql_text(path)} as published (storage_version '{STORAGE_VERSION}')"
        )
        yield connection
        connection.execute("detach published")


def is_readable_everywhere(path: Path) -> bool:
    """Whether a file has the storage version that every client reads."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {sql_text(path)} as published (read_only)")
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchall()
    return tags.get("storage_version") == f"{STORAGE_VERSION}+"


def _write_window(connection: duckdb.DuckDBPyConnection, mart: Mart, start_date: str) -> None:
    name, window = sql_name(mart.name), f"as_of_date >= date {sql_text(start_date)}"
    connection.execute("begin")
    connection.execute(f"delete from published.marts.{name} where {window}")
    connection.execute(
        f"insert into published.marts.{name} select * from state.marts.{name} where {window}"
    )
    connection.execute("commit")


def _equal_counts(connection: duckdb.DuckDBPyConnection, marts: Iterable[Mart]) -> dict[str, int]:
    counts = {}
    for mart in marts:
        ((built,),), ((written,),) = (
            connection.execute(
                f"select count(*) from {file}.marts.{sql_name(mart.name)}"
            ).fetchall()
            for file in ("state", "published")
        )
        if built != written:
            raise RuntimeError(
                f"marts.{mart.name}: {built} rows were built, but {written} were about to be"
                " published. Fix: `make build FULL=1` builds and publishes all of it."
            )
        counts[mart.name] = built
    return counts


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'published' and schema_name = 'marts'"
        ).fetchall()
    ]


def _columns(connection: duckdb.DuckDBPyConnection, file: str, name: str) -> list[tuple]:
    return connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = $1 and schema_name = 'marts' and table_name = $2"
        " order by column_index",
        [file, name],
    ).fetchall()


def comment(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Give BI tools the descriptions that the documentation has."""
    table = f"published.marts.{sql_name(mart.name)}"
    connection.execute(f"comment on table {table} is {sql_text(mart.description)}")
    for name, description in mart.columns.items():
        connection.execute(f"comment on column {table}.{sql_name(name)} is {sql_text(description)}")


def sql_name(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(text: object) -> str:
    """Quote a text for SQL."""
    return "'" + str(text).replace("'", "''") + "'"
