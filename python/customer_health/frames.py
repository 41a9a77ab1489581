"""What a Python model gives back to dbt: columns of fixed types, whatever the rows are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def typed(session, frame: pd.DataFrame, columns: Mapping[str, str]):
    """Rows as a DuckDB relation with the given columns and types.

    DuckDB guesses the type of a text column from its values, and of one that is all null, or has no
    rows, it guesses wrong; so each is cast.

    Args:
        session: The DuckDB connection of the model.
        frame: The rows; it must have these columns and may have others, which are left out.
        columns: SQL type by column, in order.

    Returns:
        A DuckDB relation.
    """
    selected = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items())
    return session.from_df(frame.reindex(columns=list(columns))).project(selected)
