"""Gives dbt-duckdb the checks that run before a build, as SQL functions.

Listed in the profile under `plugins`; the macro `check_before_build` calls the functions.
"""

import atexit
import gc
import json
import re
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import VARCHAR

from customer_health import policy, raw_sources
from customer_health.raw_columns import undeclared_columns


class Plugin(BasePlugin):
    """Registers `policy_problems`, `raw_problems` and `table_problems` on dbt's connection."""

    def initialize(self, plugin_config: dict) -> None:
        """Make the folder of the warehouse, which DuckDB does not do."""
        is_file = not re.match(r"\w*:", self.creds.path.removeprefix(Path(self.creds.path).drive))
        if is_file:  # not :memory:, nor a service such as md:name
            Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the functions, each of JSON text; called once, when dbt connects."""
        for function in (policy_problems, raw_problems, table_problems):
            conn.create_function(
                function.__name__, function, [VARCHAR, VARCHAR], VARCHAR, side_effects=True
            )
        # what dbt has parsed by now lives to its end: Python need not search it for garbage again
        gc.freeze()
        atexit.register(gc.unfreeze)  # DuckDB's module complains of what is left then


def policy_problems(seeds: str, code: str) -> str:
    """Check the files of policy and vocabulary: `{"errors": […], "warnings": […]}`.

    Args:
        seeds: The folder with the folders `policy` and `vocabulary`.
        code: JSON of what the code names: `{metrics: {dimension: [metric, …]}, feeds: [feed, …],
            dated_tables: [table, …]}`; see `policy.policy_problems`.
    """
    named = json.loads(code)
    return _as_json(
        *policy.seed_problems(
            Path(seeds),
            computed_metrics=named["metrics"],
            known_feeds=named["feeds"],
            dated_tables=named["dated_tables"],
        )
    )


def raw_problems(raw_path: str, contract: str) -> str:
    """Check the raw files: `{"errors": […], "warnings": […]}`.

    Args:
        raw_path: The folder with the raw data.
        contract: JSON of `[{source, table, columns: [{name, required}]}]`.
    """
    return _as_json(*raw_sources.raw_problems(raw_path, json.loads(contract)))


def table_problems(_: str, tables: str) -> str:
    """Check the columns of raw tables in the database: `{"errors": […], "warnings": […]}`.

    Args:
        tables: JSON of `[{place, delivered: [name, …], source, table, columns: …}]`, the last three
            as in the contract of `raw_problems`.
    """
    warnings: list[str] = []
    for entry in json.loads(tables):
        warnings += undeclared_columns(entry["place"], entry, entry["delivered"])
    return _as_json([], warnings)


def _as_json(errors: list[str], warnings: list[str]) -> str:
    problems = {"errors": errors, "warnings": warnings}
    # a path may hold bytes that are no text
    return json.dumps(problems, ensure_ascii=False).encode("utf-8", "replace").decode()
