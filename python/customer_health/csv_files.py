"""What a CSV file has, how DuckDB is to read it, and where it cannot be read."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from customer_health.marts import sql_text

# Excel writes the second in much of Europe.
DELIMITERS = (",", ";", "\t", "|")
# What DuckDB would guess, it guesses wrong at times, and a wrong guess loses rows without a word:
# a row that begins with '#' is a comment to it, one comma too many makes a file of one column.
DIALECT = "header = true, all_varchar = true, comment = '', quote = '\"', escape = '\"', skip = 0"
# In bytes; DuckDB reads no longer one.
LONGEST_ROW = 2_000_000
COMMA_FIX = "put a text that holds a '{mark}' between double quotes, and fill in what is left out"
QUOTE_FIX = 'end each text that begins with a double quote with one, and write one inside it as ""'
# A long text in a cell, as of a ticket, is no mistake.
csv.field_size_limit(2**31 - 1)


def header_of(path: Path, errors: list[str]) -> tuple[list[str], bool]:
    """Give the columns of a file, and whether it has any row.

    What cannot be read becomes an error, and the file has no columns.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if b"\0" in start or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        errors.append(f"{path}: is not UTF-8. Fix: save it as CSV in UTF-8.")
        return [], False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        lines = csv.reader(text, delimiter=mark_of(path))
        header = next(lines, [])
        has_rows = next(lines, None) is not None
    if not header:
        errors.append(f"{path}: is empty. Fix: deliver it with a header, or take it away.")
    return header, has_rows


def mark_of(path: Path) -> str:
    """Give the mark between the columns of a file."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        return _mark_in(text.readline())


def _mark_in(first_line: str) -> str:
    unquoted = re.sub('"[^"]*"', "", first_line)
    return max(DELIMITERS, key=unquoted.count)


def csv_options(first_line: str) -> str:
    """Say in SQL how a file that begins with this line is read; the macro `raw_files` asks too."""
    return f"{DIALECT}, delim = {sql_text(_mark_in(first_line))}"


def csv_rows(path: Path) -> str:
    """Give SQL of the rows of a file."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        return f"read_csv({sql_text(pattern_of(path))}, {csv_options(text.readline())})"


def pattern_of(path: Path) -> str:
    """Give the pattern that matches this file and no other."""
    return re.sub(r"([*?[])", r"[\1]", str(path))


def fault_in(path: Path) -> str | None:
    """Say what keeps a file from being read to its end, and in which line; None if nothing does."""
    try:
        with duckdb.connect() as connection:
            # the cells are read too, since what is not UTF-8 shows only there
            connection.execute(f"select count(columns(*)) from {csv_rows(path)}")
    except duckdb.Error as problem:
        reason = str(problem).splitlines()[0].rstrip(".")
        return next(_faults(path), None) or (
            f"{path}: cannot be read as CSV ({reason}). Fix: save it anew as CSV in UTF-8."
        )
    return None


def _faults(path: Path) -> Iterator[str]:
    """Look for what a reader of CSV stumbles over, row by row: slow, so only where one has."""
    mark = mark_of(path)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        rows = csv.reader(text, delimiter=mark, strict=True)
        begins, n_columns = 1, None
        try:
            for cells in rows:
                n_columns = n_columns or len(cells)
                place = f"{path}, line {begins}"
                # an empty line is none, and a mark at the end of each row is no column
                n_cells = len(cells) - (len(cells) == n_columns + 1 and not cells[-1])
                if cells and n_cells != n_columns:
                    count = f"{n_cells} cell{'s' if n_cells > 1 else ''}"
                    fix = COMMA_FIX.format(mark="tab" if mark == "\t" else mark)
                    yield f"{place}: the row has {count}, the header {n_columns}. Fix: {fix}."
                row = mark.join(cells)
                if any("\udc80" <= sign <= "\udcff" for sign in row):
                    yield f"{place}: is not UTF-8. Fix: save the file as CSV in UTF-8."
                if len(row.encode(errors="surrogateescape")) > LONGEST_ROW:
                    yield f"{place}: the row is longer than 2 MB. Fix: deliver it as Parquet."
                begins = rows.line_num + 1
        except csv.Error:
            yield f"{path}, line {begins}: a double quote is out of place. Fix: {QUOTE_FIX}."
    with path.open("rb") as file:
        if len({line[len(line.rstrip(b"\r\n")) :] for line in file} - {b""}) > 1:
            yield (
                f"{path}: its lines end in different ways (CR LF and LF)."
                " Fix: save it anew, so that all end in the same way."
            )
