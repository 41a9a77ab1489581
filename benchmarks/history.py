"""Cuts demo data in two deliveries: all that was known the day before, and with the last day.

Run as `python -m benchmarks.history`. Events arrive day by day, in files of their own; the smaller
tables are delivered whole each day, since their rows change (a ticket is resolved).
"""

import argparse
import datetime
import os
import shutil
from pathlib import Path

import duckdb

from demo.contract import Table, read_contract

# Values that come with a later time of the same row.
COME_WITH = {"csat_score": "csat_at", "score": "responded_at", "measured_value": "measured_at"}

# History begins with the first row of these; what the others say holds without a beginning.
ACTIVITY = {
    ("product", "events"),
    ("crm", "activities"),
    ("support", "tickets"),
    ("survey", "responses"),
}


def main() -> None:
    """Read the options and cut."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="folder of raw data")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--last-day", required=True, help="last day of the data, YYYY-MM-DD")
    parser.add_argument("--first-day", help="leave out activity before it, YYYY-MM-DD")
    given = parser.parse_args()
    cut(
        given.raw,
        given.out,
        datetime.date.fromisoformat(given.last_day),
        datetime.date.fromisoformat(given.first_day) if given.first_day else None,
    )


def cut(
    raw: Path, out: Path, last_day: datetime.date, first_day: datetime.date | None = None
) -> None:
    """Write `out`/yesterday and `out`/today; what is the same in both is a link to one file."""
    shutil.rmtree(out, ignore_errors=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; set preserve_insertion_order = false")
        for key, table in read_contract().items():
            stem = raw / table.source / table.name
            files = [stem.with_suffix(".parquet")] if not stem.is_dir() else stem.glob("*.parquet")
            for file in sorted(path for path in files if path.exists()):
                begin = first_day if key in ACTIVITY else None
                cut_file = _cut_events if key == ("product", "events") else _cut_table
                cut_file(connection, file, table, raw, out, last_day, begin)


def as_known_on(
    connection: duckdb.DuckDBPyConnection, day: datetime.date, file: Path, table: Table
) -> str:
    """Select of a raw table as an extraction on a day would have given it."""
    present = connection.execute(f"describe from '{file}'").fetchall()
    present = [row[0] for row in present]

    def is_past(expression: str) -> str:
        return f"try_cast(cast({expression} as varchar) as timestamptz) < date '{day}' + 1"

    later = [
        column.name
        for column in table.columns
        if column.marked("not_in_future")
        and not column.marked("required")
        and column.name in present
    ]
    emptied = {name: name for name in later if name != "known_at"}
    emptied |= {name: time for name, time in COME_WITH.items() if name in present}
    replaced = ", ".join(
        f"case when {is_past(time)} then {name} end as {name}" for name, time in emptied.items()
    )
    select = f"select * {f'replace ({replaced})' if replaced else ''} from '{file}'"
    # a milestone is planned ahead, so its row is there before its day
    time = table.time_column
    if time in (None, "planned_date"):
        return select
    known = ", ".join(name for name in ("known_at", time) if name in present)
    return f"{select} where {is_past(f'coalesce({known})')} or {time} is null"


def _cut_table(connection, file, table, raw, out, last_day, first_day) -> None:
    """Cut a table that is delivered whole each day."""
    place = file.relative_to(raw)
    yesterday = as_known_on(connection, last_day - datetime.timedelta(days=1), file, table)
    for day, select in (("yesterday", yesterday), ("today", f"select * from '{file}'")):
        target = _made(out / day / place)
        if first_day:
            time = f"try_cast(cast({table.time_column} as varchar) as timestamptz)"
            select = f"select * from ({select}) where {time} >= date '{first_day}'"
        elif day == "today":
            os.link(file, target)
            continue
        connection.execute(f"copy ({select}) to '{target}' (format parquet)")


def _cut_events(connection, file, table, raw, out, last_day, first_day) -> None:
    """Cut a file of events: the last day's become a file of their own."""
    place = file.relative_to(raw)
    first_day = first_day or datetime.date.min
    known = f"coalesce(known_at, {table.time_column}, timestamp '0001-01-01')"
    # what is dated ahead was delivered before
    is_new = f"{known} >= date '{last_day}' and {known} < date '{last_day}' + 1"
    is_kept = f"coalesce({table.time_column}, timestamp '9999-12-31') >= date '{first_day}'"
    rows, kept, new = connection.execute(
        f"""
        select count(*), count(*) filter ({is_kept}), count(*) filter ({is_kept} and {is_new})
        from '{file}'
        """
    ).fetchone()
    old = _made(out / "yesterday" / place)
    if kept == rows and not new:
        os.link(file, old)
    elif kept > new:
        connection.execute(
            f"copy (from '{file}' where {is_kept} and not {is_new}) to '{old}' (format parquet)"
        )
    if kept > new:
        os.link(old, _made(out / "today" / place))
    if new:
        added = _made(out / "today" / place.with_stem(f"{last_day}_in_{place.stem}"))
        connection.execute(
            f"copy (from '{file}' where {is_kept} and {is_new}) to '{added}' (format parquet)"
        )


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    main()
