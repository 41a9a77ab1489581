"""What a Python model gives back to dbt: columns of fixed types, whatever the rows are."""

from __future__ import annotations

from collections.abc import Mapping
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
