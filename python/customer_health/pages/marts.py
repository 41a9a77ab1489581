"""The marts of a published file, read by the queries in `sql/`."""

from __future__ import annotations

import math
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import duckdb

QUERIES = files("customer_health.pages") / "sql"


class PublishedMarts:
    """A published file, opened for reading until the `with` that it is used in ends.

    DuckDB gives whoever opens the same path in this process the file that is open, wherever it has
    been moved meanwhile.
    """

    def __init__(self, file: Path) -> None:
        """Open a published file.

        Raises:
            duckdb.Error: It cannot be opened, or no build published it.
        """
        self.connection = duckdb.connect(str(file), read_only=True)
        self.connection.execute(_query("prelude"))

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.connection.close()

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query in `sql/`, each a value by column; what is null or NaN is None."""
        relation = self.connection.execute(_query(query))
        names = [column[0] for column in relation.description]
        return [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in relation.fetchall()
        ]

    def row(self, query: str) -> dict[str, Any]:
        """The one row of a query; empty if it has none."""
        return next(iter(self.rows(query)), {})

    def by_account(self, query: str, column: str) -> dict[str, list[dict[str, Any]]]:
        """A list column of a query with a row for each account, by account."""
        return {row["account_id"]: row[column] for row in self.rows(query)}


def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return value
