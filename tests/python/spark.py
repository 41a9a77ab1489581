"""Says what of compiled SQL another engine than DuckDB would not read."""

import logging
import re
from unittest import mock

import sqlglot
from sqlglot.errors import ErrorLevel, SqlglotError


def refused_by_spark(compiled: dict[str, str]) -> dict[str, str]:
    """Translate models to Spark's SQL; the reason for each that cannot be, by its name."""
    refused = {}
    with mock.patch.object(logging.getLogger("sqlglot"), "disabled", True):
        for name, text in compiled.items():
            # with a table in place of the files
            sql = re.sub(r"read_(parquet|csv)\('[^']*'[^)]*\)", "raw_table", text)
            try:
                sqlglot.transpile(
                    sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
                )
            except SqlglotError as problem:
                refused[name] = str(problem)
    return refused
