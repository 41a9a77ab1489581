"""Maps somebody's own tables to the raw contract: one SQL file per raw table.

Usage: PYTHONPATH=python python examples/map_sources.py crm5 --data <folder> --out <folder>, which
`make build MAPPING=...` does.

A mapping is a folder: one of examples/, or any other. Each file `<source>__<table>.sql` in it is
one select that reads the folder named by the DuckDB variable `data` and gives columns of the raw
contract; its rows are written to `<out>/<source>/<table>.parquet`. A raw table without a file stays
absent. docs/how-to/map-your-data.md says how to write one.
"""

import argparse
import difflib
import os
import re
import shutil
import sys
from pathlib import Path

import duckdb
import yaml

from customer_health.raw_columns import nearest_column, undeclared_columns

EXAMPLES = Path(os.path.relpath(Path(__file__).parent))
# What went wrong, in words, by the kind of DuckDB's error; the kind itself for others.
PLAIN_WORDS = {
    duckdb.ParserException: "cannot be read as SQL",
    duckdb.BinderException: "names something that its tables do not have",
    duckdb.CatalogException: "names something that does not exist",
    duckdb.IOException: "reads a file that cannot be read",
    duckdb.ConversionException: "converts a value that cannot be converted",
}


class MappingError(Exception):
    """A mapping cannot be carried out; the message says why and how to fix it."""


def raw_contract() -> dict[str, dict]:
    """The raw contract by 'source.table': `{source, table, columns: [{name, required}]}`."""
    contract = {}
    for path in sorted((EXAMPLES.parent / "models" / "staging").glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                contract[f"{source['name']}.{table['name']}"] = {
                    "source": source["name"],
                    "table": table["name"],
                    "columns": [
                        {"name": column["name"], "required": _is_required(column)}
                        for column in table["columns"]
                    ],
                }
    return contract


def _is_required(column: dict) -> bool:
    meta = column.get("config", {}).get("meta", {})
    return meta.get("key") is True or bool(meta.get("required"))


def map_sources(mapping: Path, data: Path, out: Path) -> tuple[dict[str, int], list[str]]:
    """Write the raw tables of a mapping; all of them, or none.

    Returns:
        The rows of each table, by 'source.table', and warnings.

    Raises:
        MappingError: The mapping cannot be carried out.
    """
    contract = raw_contract()
    queries, warnings = _queries(mapping, contract)
    if not data.is_dir():
        raise MappingError(
            f"{data}: there is no such folder of data. Fix: name the folder that holds the tables"
            " to map with DATA=..."
        )
    if data.resolve().is_relative_to(out.resolve()):
        raise MappingError(f"{out}: holds the data to map. Fix: name another folder with --out.")
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with duckdb.connect() as connection:
        # a folder of any name: brackets and stars in it are no patterns
        folder = re.sub(r"([\[*?])", r"[\1]", str(data))
        connection.execute("set variable data = $folder", {"folder": folder})
        rows = {}
        try:
            for name, path in queries.items():
                columns = _view(connection, path)
                _check_required(path, contract[name], columns)
                warnings += undeclared_columns(str(path), contract[name], columns)
                target = fresh.joinpath(*name.split(".")).with_suffix(".parquet")
                target.parent.mkdir(parents=True, exist_ok=True)
                rows[name] = _write(connection, path, target)
            shutil.rmtree(out, ignore_errors=True)
            fresh.rename(out)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return rows, warnings


def _queries(mapping: Path, contract: dict[str, dict]) -> tuple[dict[str, Path], list[str]]:
    """The files of a mapping by the raw table that each gives, and warnings of other files."""
    if not mapping.is_dir():
        known = ", ".join(sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
        raise MappingError(
            f"{mapping}: there is no such folder of a mapping. Fix: name one with MAPPING=folder,"
            f" or an example with NAME=... ({known})."
        )
    queries, warnings = {}, []
    for path in sorted(mapping.glob("*.sql")):
        source, separator, table = path.stem.partition("__")
        name = f"{source}.{table}"
        if not separator:
            warnings.append(
                f"{path}: is not read. Fix: name it <source>__<table>.sql, or move it away."
            )
        elif name not in contract:
            near = difflib.get_close_matches(name, contract, n=1, cutoff=0.6)
            fix = (
                f"rename it to {near[0].replace('.', '__')}.sql"
                if near
                else f"known are {', '.join(contract)}"
            )
            raise MappingError(f"{path}: the raw contract has no table {name}. Fix: {fix}.")
        else:
            queries[name] = path
    if not queries:
        raise MappingError(
            f"{mapping}: holds no mapping. Fix: write one select per raw table, in a file such as"
            " crm__accounts.sql (docs/how-to/map-your-data.md)."
        )
    return queries, warnings


def _view(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Make the view `mapped` of the select in a file and return its columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise MappingError(f"{path}: is not UTF-8. Fix: save it as UTF-8.") from problem
    try:
        kinds = [statement.type for statement in connection.extract_statements(text)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise MappingError(
                f"{path}: is not one select. Fix: leave one select in it, and nothing else."
            )
        connection.execute(f"create or replace temp view mapped as {text}")
        return connection.table("mapped").columns
    except duckdb.Error as problem:
        raise MappingError(_plain(path, problem)) from problem


def _write(connection: duckdb.DuckDBPyConnection, path: Path, target: Path) -> int:
    """Write the rows of the view `mapped` and return their number."""
    quoted = str(target).replace("'", "''")
    try:
        return connection.execute(f"copy mapped to '{quoted}' (format parquet)").fetchone()[0]
    except duckdb.Error as problem:
        raise MappingError(_plain(path, problem)) from problem


def _check_required(path: Path, entry: dict, columns: list[str]) -> None:
    given = [column.lower() for column in columns]
    declared = [column["name"] for column in entry["columns"]]
    for column in entry["columns"]:
        name = column["name"]
        if column["required"] and name not in given:
            near = nearest_column(name, [other for other in given if other not in declared])
            fix = f"rename '{near}' to '{name}'" if near else f"select it `as {name}`"
            raise MappingError(
                f"{path}: the required column '{name}' of {entry['source']}.{entry['table']} is"
                f" missing. Fix: {fix}."
            )


def _plain(path: Path, problem: duckdb.Error) -> str:
    """Say what a select does wrong: the file, the line where DuckDB knows it, and its reason."""
    text = str(problem)
    kind, _, reason = text.partition("Error: ")
    line = re.search(r"^LINE (\d+):", text, re.MULTILINE)
    where = f"{path}, line {line[1]}" if line else str(path)
    words = PLAIN_WORDS.get(type(problem), f"fails ({kind.strip().lower()} error)")
    reason = " ".join(re.split(r"\n\s*LINE \d+:", reason or text)[0].split()).rstrip(".!")
    return f"{where}: the select {words}: {reason}. Fix: correct the select, or the data it reads."


def main() -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mapping", help="folder with the mapping, or name of one in examples/")
    parser.add_argument("--data", type=Path, required=True, help="folder of the tables to map")
    parser.add_argument("--out", type=Path, required=True, help="folder to write raw tables to")
    given = parser.parse_args()
    mapping = Path(given.mapping)
    try:
        rows, warnings = map_sources(
            mapping if mapping.is_dir() else EXAMPLES / given.mapping, given.data, given.out
        )
    except MappingError as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(
            f"{problem.filename}: cannot be used ({problem.strerror}). Fix: see that it is a file,"
            " or a folder where one belongs, and that you may read and write it.",
            file=sys.stderr,
        )
        return 1
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for table, count in rows.items():
        print(f"  {table:<28} {count:>10,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
