"""Gives dbt-duckdb SQL functions: checks before a build, who was erased, how a CSV file is read.

Listed in the profile under `plugins`; the macros `python_check`, `raw_table` and `raw_files` call
them.
"""

import atexit
import gc
import json
import re
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR

from customer_health import build_checks
from customer_health.csv_files import csv_options
from customer_health.privacy import staging


class Plugin(BasePlugin):
    """Registers the functions on dbt's connection."""

    def initialize(self, plugin_config: dict) -> None:
        """Make the folder of the warehouse, which DuckDB does not do."""
        path = self.creds.path if self.creds else ":memory:"
        is_file = not re.match(r"\w*:", path.removeprefix(Path(path).drive))
        if is_file:  # not :memory:, nor a service such as md:name
            Path(path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the functions, each of JSON text; called once, when dbt connects."""
        for function in (build_problems, history_problems, rows_without_erased, csv_options):
            conn.create_function(function.__name__, function, [VARCHAR], VARCHAR, side_effects=True)
        # what dbt has parsed by now lives to its end: Python need not search it for garbage again
        gc.freeze()
        atexit.register(gc.unfreeze)  # DuckDB's module complains of what is left then


def build_problems(known: str) -> str:
    """Check variables, policy and raw data: `{"errors": […], "warnings": […]}`."""
    return _as_json(*build_checks.build_problems(json.loads(known)))


def history_problems(known: str) -> str:
    """Check whether a build can go on from the last one: `{"errors": […], "warnings": […]}`."""
    return _as_json(*build_checks.history_problems(json.loads(known)))


def rows_without_erased(table: str) -> str:
    """Give SQL of a raw table's rows without those of who was erased."""
    return staging.rows_without_erased(json.loads(table))


def _as_json(errors: list[str], warnings: list[str]) -> str:
    problems = {"errors": errors, "warnings": warnings}
    # a path may hold bytes that are no text
    return json.dumps(problems, ensure_ascii=False).encode("utf-8", "replace").decode()
