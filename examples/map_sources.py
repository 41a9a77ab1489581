"""Maps somebody's own tables to the raw contract: one SQL file per raw table.

Usage: python examples/map_sources.py crm5 --data ../shared/data/crm5 --out data/examples/crm5/raw

Each file `examples/<name>/<source>__<table>.sql` is one select that reads the folder named by the
DuckDB variable `data` and gives the columns of the raw contract; its rows are written to
`<out>/<source>/<table>.parquet`. A source without a file stays absent.
"""

import argparse
import sys
from pathlib import Path

import duckdb


def map_sources(name: str, data: Path, out: Path) -> dict[str, int]:
    """Write the raw tables of an example and return the rows of each, by 'source.table'.

    Raises:
        FileNotFoundError: the example or its data folder does not exist.
    """
    folder = Path(__file__).parent / name
    for needed, what in [(folder, "example"), (data, "data folder")]:
        if not needed.is_dir():
            raise FileNotFoundError(f"there is no {what} {needed}")
    connection = duckdb.connect()
    connection.execute("set variable data = $folder", {"folder": str(data)})
    rows = {}
    for query in sorted(folder.glob("*__*.sql")):
        source, table = query.stem.split("__", 1)
        target = out / source / f"{table}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        select = query.read_text(encoding="utf-8")
        (count,) = connection.execute(
            f"copy ({select}) to '{str(target).replace(chr(39), chr(39) * 2)}'"
        ).fetchone()
        rows[f"{source}.{table}"] = count
    return rows


def main() -> int:
    """Run from the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="folder of examples/ with the mapping")
    parser.add_argument("--data", type=Path, required=True, help="folder of the tables to map")
    parser.add_argument("--out", type=Path, required=True, help="folder to write raw tables to")
    arguments = parser.parse_args()
    try:
        rows = map_sources(arguments.name, arguments.data, arguments.out)
    except FileNotFoundError as problem:
        print(f"example {arguments.name}: {problem}", file=sys.stderr)
        return 1
    for table, count in rows.items():
        print(f"  {table:<28} {count:>10,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
