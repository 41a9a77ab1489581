"""What a CSV file has, found out without reading it whole."""

import csv
from pathlib import Path

# Those that DuckDB tries as well; Excel writes the second in much of Europe.
DELIMITERS = (",", ";", "\t", "|")
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
        first = text.readline()
        delimiter = max(DELIMITERS, key=lambda mark: first.count(mark))
        text.seek(0)
        lines = csv.reader(text, delimiter=delimiter)
        header = next(lines, [])
        has_rows = next(lines, None) is not None
    if not header:
        errors.append(f"{path}: is empty. Fix: deliver it with a header, or take it away.")
    return header, has_rows
