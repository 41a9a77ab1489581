"""Reads a policy file against its table."""

import csv
import errno
import io
import re
from pathlib import Path

from pydantic import ValidationError

from customer_health.policy.cells import LONG_CELL, Row, problems
from customer_health.policy.findings import Findings, grouped, listed, nearest
from customer_health.policy.tables import TABLES, VOCABULARY_TABLES

LARGEST_FILE = 20_000_000


def read(path: Path, table: type[Row], found: Findings) -> list[Row] | None:
    """Read a file against its table; None if it cannot be read as that table at all.

    A row with cells that do not fit is noted; it comes with its texts, and with None for those.
    """
    file = path.name
    expected = list(table.model_fields)
    text = plain_text(path, found, file)
    if text is None:
        return None
    header_line = text.splitlines()[0] if text else ""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if separator in header_line and "," not in header_line:
            what = f"the columns are separated by {word}, as some Excel versions do"
            found.error(file, 1, what, "save it as 'CSV UTF-8 (comma delimited)'")
            return None
    lines = _records(text, file, found)
    if lines is None:
        return None
    header = lines[0][1] if lines else []
    if not _header_fits(file, header, expected, found):
        return None

    rows = []
    blank = []
    for number, fields in lines[1:]:
        if not any(value.strip() for value in fields):
            blank.append(number)
            continue
        if fields == header:
            found.error(file, number, "the header is there again", "take the row out")
            continue
        if len(fields) != len(header):
            what = f"the row has {len(fields)} fields, the header {len(header)}"
            fix = "put a text that holds a comma between double quotes, and fill in what is left"
            found.error(file, number, what, fix)
            continue
        texts = dict(zip(header, fields, strict=True))
        try:
            row = table.model_validate(texts)
        except ValidationError as error:
            for what, fix in problems(error, table, texts):
                found.error(file, number, what, fix)
            wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors())
            row = table.model_construct(None, **texts | wrong)
        row._number = number
        rows.append(row)
    if blank:
        what = "nothing stands here but commas or blanks, which a spreadsheet leaves behind"
        found.error(file, blank, what, "take them out")
    if not lines[1:] and not table.may_be_empty:
        found.error(file, 1, "the file has no rows", "put its rows back")
    _check_key(file, table.key, rows, found)
    return rows


def plain_text(path: Path, found: Findings, file: str) -> str | None:
    """Give the text of a file; None if, noted, it is none that dbt could load."""

    def unreadable(what: str, fix: str) -> str | None:
        found.error(file, (), what, fix)
        return None

    try:
        if path.exists() and not path.is_file():
            what = "this is a folder, not a file" if path.is_dir() else "this is not a plain file"
            return unreadable(what, "put the CSV file there instead")
        if path.stat().st_size > LARGEST_FILE:
            return unreadable("the file is too large for a seed", "put the CSV file back")
        content = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            return unreadable("this link points to nothing", "put the file itself there")
        known = {*TABLES, *VOCABULARY_TABLES}
        others = [other.name for other in path.parent.glob("*") if other.name not in known]
        near = nearest(path.name, others)
        back = f"put it back (git checkout {found.folder}/{file})"
        fix = f"rename {near} to {path.name}" if near else back
        return unreadable("the file is missing", fix)
    except PermissionError:
        return unreadable("the file may not be read", "give yourself the permission to read it")
    except OSError as error:
        if error.errno == errno.ELOOP:
            return unreadable("this link leads back to itself", "put the file itself there")
        return unreadable(f"the file cannot be read ({error.strerror})", "put a copy there")

    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return unreadable("the file is written in UTF-16", "save it as 'CSV UTF-8'")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unreadable("the file is not written in UTF-8", "save it as 'CSV UTF-8'")
    control = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
    if control:
        what = f"there is a character that belongs in no text (U+{ord(control[0]):04X})"
        number = _row_at(text, control.start())
        found.error(file, number, what, "take it out, or save the file as 'CSV UTF-8'")
        return None
    return text


def _records(text: str, file: str, found: Findings) -> list[tuple[int, list[str]]] | None:
    """Split CSV text into records, each with the number of its first line; without empty lines.

    None if, noted, Python and the database could split it in different ways.
    """
    line_ends: dict[str, int] = {}
    for match in re.finditer(r'"(?:[^"]|"")*"|"|\r\n|\r|\n', text):
        token, start, end = match[0], match.start(), match.end()
        if token[0] != '"':
            if token not in line_ends:
                line_ends[token] = _row_at(text, start)
        elif token == '"':
            what = "a double quote opens a text here, and none closes it"
            found.error(file, _row_at(text, start), what, "close the text, or take it out")
            return None
        elif text[start - 1 : start] not in ("", ",", "\r", "\n") or text[end : end + 1] not in (
            *("", ",", "\r", "\n"),
        ):
            what = "a double quote stands within a text, or none closes the one that opens it"
            fix = 'put the whole text between double quotes, and write "" for the one within'
            found.error(file, _row_at(text, start), what, fix)
            return None
    if len(line_ends) > 1:
        what = "from this row on lines end in another way than before (Windows, Unix or old Mac)"
        fix = "save the file again as 'CSV UTF-8', with one kind of line ends"
        found.error(file, max(line_ends.values()), what, fix)
        return None

    reader = csv.reader(io.StringIO(text, newline=""))
    records = []
    first_line = 1
    try:
        for fields in reader:
            if fields:
                records.append((first_line, fields))
            first_line = reader.line_num + 1
    except csv.Error:
        found.error(file, first_line, *LONG_CELL)
        return None
    if records and records[0][0] != 1:
        found.error(file, 1, "a blank line stands above the header", "take the line out")
        return None
    return records


def _row_at(text: str, position: int) -> int:
    """Give the number that an editor shows for the line of a position."""
    return len(re.findall(r"\r\n|\r|\n", text[:position])) + 1


def _header_fits(file: str, header: list[str], expected: list[str], found: Findings) -> bool:
    spaced = [name for name in header if name != name.strip() and name.strip() in expected]
    if spaced:
        what = f"the column '{spaced[0]}' has a space before or after its name"
        found.error(file, 1, what, "take the space out")
        return False
    unknown = [name for name in header if name not in expected]
    missing = [name for name in expected if name not in header]
    for name in unknown:
        near = nearest(name, missing)
        fix = f"call it '{near}'" if near else f"take it out; known are {listed(expected)}"
        found.error(file, 1, f"there is no column '{name}' in this file's form", fix)
    for name in missing:
        if name not in [nearest(other, missing) for other in unknown]:
            found.error(
                file, 1, f"the column '{name}' is missing", "add it; this release's own file has it"
            )
    for name in sorted({name for name in header if header.count(name) > 1}):
        found.error(file, 1, f"the column '{name}' is there twice", "keep one of them")
    return sorted(header) == sorted(expected)


def _check_key(file: str, key: tuple[str, ...], rows: list[Row], found: Findings) -> None:
    """Two rows that say the same thing twice are two rules of equal precedence."""
    for values, same in grouped(rows, *key).items():
        cells = dict(zip(key, values, strict=True))
        fields = type(same[0]).model_fields
        is_filled = all(cells[column] is not None for column in key if fields[column].is_required())
        if len(same) > 1 and is_filled:
            named = ", ".join(
                f"{column} {_shown(value)}" for column, value in cells.items() if value is not None
            )
            what = f"{named} is there {len(same)} times, and nothing says which row counts"
            found.error(file, [row.number for row in same], what, "keep one of these rows")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else f"'{value}'"
