"""What goes between dbt and a Python model: the days that are due, and columns of fixed types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection
    from duckdb import DuckDBPyRelation as Relation


def typed(
    session: DuckDBPyConnection, frame: pd.DataFrame | None, columns: Mapping[str, str]
) -> Relation:
    """Rows as a DuckDB relation with the given columns and types.

    DuckDB guesses the type of a text column from its values, and of one that is all null, or has no
    rows, it guesses wrong; so each is cast.

    Args:
        session: The DuckDB connection of the model.
        frame: The rows; columns that are not named are left out. None: there are no rows.
        columns: SQL type by column, in order.

    Returns:
        A DuckDB relation.
    """
    if frame is None:
        nulls = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items())
        return session.sql(f"select {nulls} where false")
    casts = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items())
    return session.from_df(frame.reindex(columns=list(columns))).project(casts)


def days_of(due: Relation) -> list[date]:
    """The days on which a fit is due, in order."""
    return sorted(day for (day,) in due.fetchall())


def covariance_columns(terms: Iterable[str]) -> dict[str, str]:
    """Columns, with their types, for the covariances of a term's coefficient with each other."""
    return {f"covariance_{term}": "double" for term in terms}
