"""Runs one SQL file on DuckDB and prints, as JSON, the seconds and the rows of its result.

Run as `python -m benchmarks.run_sql FILE name=value ...`, the names being variables of the file.
"""

import argparse
import json
import time
from pathlib import Path

import duckdb


def main() -> None:
    """Read the options, run the file, print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run_sql", description=__doc__)
    parser.add_argument("file", type=Path, help="file with one select")
    parser.add_argument("variables", nargs="*", help="name=value")
    parser.add_argument("--warehouse", type=Path, help="attached, to read only, as `warehouse`")
    parser.add_argument("--out", type=Path, help="Parquet file for the result")
    given = parser.parse_args()
    print(json.dumps(run_sql(given.file, given.variables, given.warehouse, given.out)))


def run_sql(file: Path, variables: list[str], warehouse: Path | None, out: Path | None) -> dict:
    """Keep a select's result in memory; {seconds, rows}. Writing `out` is not in the seconds."""
    with duckdb.connect() as connection:
        # as the project's profile has it
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        for name, _, value in (variable.partition("=") for variable in variables):
            connection.execute(
                f"set variable {name} = ?", [int(value) if value.isdigit() else value]
            )
        if warehouse:
            connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        select = file.read_text(encoding="utf-8")
        started = time.perf_counter()
        connection.execute(f"create temp table result as {select}")
        seconds = time.perf_counter() - started
        if out:
            connection.execute(f"copy result to '{out}' (format parquet)")
        rows = connection.execute("select count(*) from result").fetchone()[0]
    return {"seconds": seconds, "rows": rows}


if __name__ == "__main__":
    main()
