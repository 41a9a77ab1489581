"""The columns of a raw table, as its files have them, against those the raw contract declares."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NEAR = 0.8

# The kinds of types, in the order in which the database prefers them; lists and structs come last.
KINDS = ("nothing", "number", "time of day", "moment", "text", "bytes")
# For each kind, types and the files that have a column with it.
TypesByKind = dict[str, list[tuple[pa.DataType, list[Path]]]]

# Words that say how a column is written, not what it is about.
MOMENTS = {"at", "date", "datetime", "day", "dt", "on", "time", "timestamp", "ts", "utc"}
UNITS = MOMENTS | {"count", "n", "num", "number", "of"}


def note_repeated_columns(
    path: Path, names: list[str], declared: dict[str, str], errors: list[str]
) -> None:
    """Of columns whose names differ in case only, the database would read the first."""
    same: dict[str, list[str]] = {}
    for name in names:
        same.setdefault(name.lower(), []).append(name)
    for name, spelled in same.items():
        if name in declared and len(spelled) > 1:
            errors.append(
                f"{path}: the column '{declared[name]}' is there {len(spelled)} times"
                f" ({', '.join(spelled)}), and nothing says which counts. Fix: keep one of them."
            )


def kind_of(data_type: pa.DataType) -> str:
    """Sort a column's type: files whose types are of one kind can be read together."""
    if isinstance(data_type, pa.DictionaryType):
        data_type = data_type.value_type
    is_a = pa.types
    tests = {
        "nothing": is_a.is_null,
        "text": lambda t: is_a.is_string(t) or is_a.is_large_string(t) or is_a.is_string_view(t),
        "bytes": lambda t: (
            is_a.is_binary(t) or is_a.is_large_binary(t) or is_a.is_fixed_size_binary(t)
        ),
        "moment": lambda t: is_a.is_date(t) or is_a.is_timestamp(t),
        "number": lambda t: (
            is_a.is_integer(t)
            or is_a.is_floating(t)
            or is_a.is_decimal(t)
            or is_a.is_boolean(t)
            or is_a.is_duration(t)
        ),
        "time of day": is_a.is_time,
    }
    return next((kind for kind, test in tests.items() if test(data_type)), str(data_type))


def note_mixed_types(name: str, kinds: TypesByKind, errors: list[str]) -> None:
    """Note values of one column that the database cannot bring together with those of other files.

    It reads them as the type that comes last in KINDS. Only text takes values of all kinds before
    it; a column without values goes with any.
    """
    last = max(kinds, key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS))
    for kind, delivered in kinds.items():
        if kind in (last, "nothing") or last == "text":
            continue
        for data_type, paths in delivered:
            path = next((path for path in paths if _has_values(path, name)), None)
            if path:
                other_type, (other, *_) = kinds[last][0]
                errors.append(
                    f"{path}: '{name}' is {data_type} here and {other_type} in {other}, and the"
                    " files of a table are read as one. Fix: deliver the column with one type."
                )
                return


def _has_values(path: Path, name: str) -> bool:
    """Say by its footer whether a file may have a value in a column."""
    footer = pq.read_metadata(path)
    for group in range(footer.num_row_groups):
        for position in range(footer.num_columns):
            column = footer.row_group(group).column(position)
            if column.path_in_schema.split(".")[0].lower() != name.lower() or not column.num_values:
                continue
            told = column.statistics
            if told is None or not told.has_null_count or told.null_count < column.num_values:
                return True
    return False


def undeclared_columns(
    place: str, entry: dict, delivered: Iterable[str], keys: Iterable[str] = ()
) -> list[str]:
    """Name what is delivered of a table and not read, in one warning if there is any.

    Args:
        place: Where the table lies.
        entry: Its contract: `{source, table, columns: [{name, required}]}`.
        delivered: The names of the columns that are there.
        keys: Columns that are there as names of folders, which need no reader.
    """
    declared = [column["name"] for column in entry["columns"]]
    present = {name.lower() for name in (*delivered, *keys)}
    missing = [name for name in declared if name.lower() not in present]
    # what loaders add for themselves begins with an underscore
    unread = sorted(
        name for name in delivered if name.lower() not in declared and not name.startswith("_")
    )
    near = {name: column for name in unread if (column := nearest_column(name, missing))}
    others = ", ".join(f"'{name}'" for name in unread if name not in near)
    said = [
        f"'{name}' is not read; did you mean '{column}', which is not delivered?"
        for name, column in near.items()
    ]
    if others:
        also = "Not read either" if near else "Not read"
        said.append(f"{also}, as {entry['source']}.{entry['table']} has no such columns: {others}.")
    if not said:
        return []
    fix = "rename what is meant; none needed for the others" if near else "none needed if so meant"
    if others and (entry["source"], entry["table"]) == ("crm", "accounts"):
        fix += "; a row of custom_fields.csv carries such a column"
    return [f"{place}: {' '.join(said)} Fix: {fix}."]


def nearest_column(name: str, columns: Iterable[str]) -> str | None:
    """Give the column of the contract that another name most likely stands for, if any is near."""
    likeness = {column: _likeness(name, column) for column in columns}
    best = max(likeness, key=likeness.__getitem__, default=None)
    return best if best and likeness[best] >= NEAR else None


def _likeness(name: str, column: str) -> float:
    """Give how alike two names of columns are, from 0 to 1, whatever their style.

    CancelledAt, cancelled_on and date_cancelled are like cancelled_date; seat_count is like seats.
    """
    words, other_words = _words(name), _words(column)
    core, other_core = ([w for w in both if w not in UNITS] for both in (words, other_words))
    is_moment, is_other_moment = (bool(MOMENTS.intersection(w)) for w in (words, other_words))
    if words == other_words or (core and core == other_core and is_moment <= is_other_moment):
        return 1
    first, second = "".join(core), "".join(other_core)
    if is_moment != is_other_moment or first[:1] != second[:1]:
        return 0
    alike = difflib.SequenceMatcher(None, first, second).ratio()
    # cancellation_date for cancelled_date
    same_stem = is_moment and len(os.path.commonprefix([first, second])) >= 5
    return max(alike, NEAR) if same_stem else alike


def _words(name: str) -> list[str]:
    """Split a name into words, lower case and in the singular."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = re.findall(r"[^\W_]+", spaced.lower())
    return [w.removesuffix("s") if len(w) > 3 and not w.endswith("ss") else w for w in words]
