"""Raw columns to Arrow by the contract, and Arrow to Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.contract import Table

STAMP_TEXT, DATE_TEXT = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"
ARROW = {
    "double": pa.float64(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "varchar": pa.string(),
}


def arrow_column(values: np.ndarray) -> pa.Array:
    """A NumPy column as Arrow; masked values and NaT are null."""
    if isinstance(values, np.ma.MaskedArray):
        return pa.array(values.data, mask=np.ma.getmaskarray(values))
    return pa.array(values)


def as_text(column: pa.Array) -> pa.Array:
    """Dates and timestamps as ISO 8601 text, timestamps in UTC with a Z."""
    return pc.strftime(column, DATE_TEXT if pa.types.is_date(column.type) else STAMP_TEXT)


def raw_table(columns: dict, table: Table) -> pa.Table:
    """Raw columns in the contract's order and types; declared columns not given are left out."""
    unknown = set(columns) - set(table.by_name)
    if unknown:
        raise ValueError(f"{table.source}.{table.name}: not in the contract: {sorted(unknown)}")
    arrays = {}
    for column in table.columns:
        if column.name in columns:
            array = arrow_column(columns[column.name])
            if column.data_type in ("date", "timestamp"):
                arrays[column.name] = as_text(array)
            else:
                arrays[column.name] = array.cast(ARROW[column.data_type])
    return pa.table(arrays)


def plain_table(columns: dict) -> pa.Table:
    """A truth table with native types."""
    return pa.table({name: arrow_column(values) for name, values in columns.items()})


def write(table: pa.Table, path: Path) -> None:
    """Write one Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=1)
