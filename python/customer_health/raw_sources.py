"""Checks the raw data against the raw contract, before the build reads a row of it.

Raw data is in `<raw_path>/<source>/<table>.parquet`, or in any number of Parquet files below
`<raw_path>/<source>/<table>/`. A table may be absent: its metrics are unknown then. A table that
is there must be readable and have the columns the contract requires. Only the footers of the files
are read, so even many large files cost little.
"""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MAX_FILES_NAMED = 3
NEAR = 0.8

NAME_THE_FOLDER = (
    "run `make demo` for demo data, or set the variable raw_path to your folder of raw data"
)
UNREADABLE = "this may not be read. Fix: give yourself the permission to read it."
NO_FILE = "this is no plain file. Fix: put the Parquet file there, or take it away."
DEAD_LINK = "this link leads to no file. Fix: put the file itself there, or take the link away."

# The kinds of types, in the order in which the database prefers them; lists and structs come last.
KINDS = ("nothing", "number", "time of day", "moment", "text", "bytes")
# For each kind, types and the files that have a column with it.
TypesByKind = dict[str, list[tuple[pa.DataType, list[Path]]]]

# Words that say how a column is written, not what it is about.
MOMENTS = {"at", "date", "datetime", "day", "dt", "on", "time", "timestamp", "ts", "utc"}
UNITS = MOMENTS | {"count", "n", "num", "number", "of"}


def raw_problems(raw_path: str, contract: list[dict]) -> tuple[list[str], list[str]]:
    """Find everything that keeps the raw data from being read as the contract declares it.

    Args:
        raw_path: The folder with one folder per source.
        contract: `{source, table, columns: [{name, required}]}` for each table.

    Returns:
        The errors, which must stop the build, and the warnings.
    """
    if "://" in raw_path:
        return [], [
            f"{raw_path}: files that are not on this computer are not checked before the build."
            " Fix: none needed; if the build fails on a file, check it there."
        ]
    root = Path(raw_path)
    errors = folder_problems(raw_path)
    if errors:
        return errors, []

    warnings = _unexpected_names(root, contract, errors)
    n_files, n_rows = 0, 0
    for entry in contract:
        files = _files_of(root, entry["source"], entry["table"], errors)
        n_files += len(files)
        n_rows += _check_table(root, entry, files, errors, warnings)
    if n_files and not n_rows and not errors:
        errors.append(f"{raw_path}: every table in this folder is empty. Fix: deliver their rows.")
    if not n_files and not errors:
        example = f"{contract[0]['source']}/{contract[0]['table']}.parquet"
        errors.append(
            f"{raw_path}: no table of the raw contract is in this folder; it should hold files"
            f" such as {example}. Fix: {NAME_THE_FOLDER}."
        )
    return errors, warnings


def folder_problems(raw_path: str) -> list[str]:
    """Find what keeps a folder from being one of raw data at all: quick, and without the contract.

    Args:
        raw_path: The folder with one folder per source.

    Returns:
        The errors, which must stop the build.
    """
    if "://" in raw_path:
        return []
    root = Path(raw_path)
    if root.is_dir():
        if "\\" in raw_path and os.sep != "\\":
            return [
                f"{raw_path}: files in a folder with a backslash in its path cannot be read."
                " Fix: rename the folder, or link to it from another."
            ]
        if not os.access(root, os.R_OK | os.X_OK):
            return [f"{raw_path}: {UNREADABLE}"]
        if not _names(root) and any(_is_parquet(path) for path in root.iterdir()):
            return [
                f"{raw_path}: this folder holds Parquet files and no folders; raw data has a folder"
                " for each source, as in crm/accounts.parquet. Fix: name the folder above, or put"
                " each file into the folder of its source."
            ]
        return []
    if root.exists():
        return [
            f"{raw_path}: this is a file, not a folder. Fix: name the folder that holds the folders"
            " of the sources."
        ]
    near = _nearest(root.name, _names(root.parent))
    if near:
        return [
            f"{raw_path}: there is no such folder of raw data. Fix: name {root.parent / near}, if"
            " that is meant."
        ]
    return [f"{raw_path}: there is no such folder of raw data. Fix: {NAME_THE_FOLDER}."]


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


def _files_of(root: Path, source: str, table: str, errors: list[str]) -> list[Path]:
    """List the Parquet files of a table; empty if it is absent.

    They are a file, or all files below a folder, which may be named as a file is (Spark does that).
    """
    single = root / source / f"{table}.parquet"
    folder = root / source / table
    if (single.is_symlink() or single.exists()) and not (single.is_file() or single.is_dir()):
        errors.append(f"{single}: {DEAD_LINK if single.is_symlink() else NO_FILE}")
        return []
    found = [single] if single.is_file() else _files_below(single, errors)
    below = _files_below(folder, errors)
    if found and below:
        errors.append(
            f"{single}: the folder {folder} holds Parquet files of the same table, which would"
            " not be read. Fix: keep the file or the folder, not both."
        )
    return found or below


def _files_below(folder: Path, errors: list[str]) -> list[Path]:
    """List the Parquet files below a folder, and note those that could not be read as its rows."""
    files = []

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            errors.append(f"{error.filename}: {UNREADABLE}")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        for name in folders:
            path = Path(place, name)
            if path.is_symlink() and any(path.rglob("*.parquet")):
                errors.append(
                    f"{path}: files behind this link to a folder would not be read."
                    " Fix: put the files themselves there."
                )
        is_hidden = any(part[0] in "._" for part in Path(place).relative_to(folder).parts)
        for name in sorted(name for name in names if name.endswith(".parquet")):
            path = Path(place, name)
            if is_hidden or name[0] in "._":
                errors.append(
                    f"{path}: a name that begins with '.' or '_' is for what programs leave behind,"
                    " and this would be read as rows of the table. Fix: take it away, or rename it."
                )
            elif not path.is_file():
                errors.append(f"{path}: {DEAD_LINK if path.is_symlink() else NO_FILE}")
            else:
                files.append(path)
    return files


def _check_table(
    root: Path, entry: dict, files: list[Path], errors: list[str], warnings: list[str]
) -> int:
    """Check the files of one table (readable, with the required columns, not empty); its rows."""
    declared = {column["name"].lower(): column["name"] for column in entry["columns"]}
    required = [column["name"] for column in entry["columns"] if column["required"]]
    lacking: dict[str, list[Path]] = {name: [] for name in required}
    in_files: set[str] = set()
    types: dict[str, TypesByKind] = {}
    keys = _keys_of_folders(root, entry, files, errors)
    n_rows, files_of = _footers(files, errors)
    readable = sum(map(len, files_of.values())) == len(files)
    for schema, paths in files_of.items():
        in_files |= set(schema.names)
        _note_repeated_columns(paths[0], schema.names, declared, errors)
        for column in schema:
            name = declared.get(column.name.lower())
            if name:
                of_kind = types.setdefault(name, {}).setdefault(_kind(column.type), [])
                of_kind.append((column.type, paths))
        present = {name.lower() for name in (*schema.names, *keys)}
        for name in required:
            if name.lower() not in present:
                lacking[name] += paths

    delivered = in_files.union(keys)
    for name, paths in lacking.items():
        if paths:
            near = _nearest(name, delivered - {column["name"] for column in entry["columns"]})
            fix = f"rename '{near}' to '{name}'" if near else f"add the column '{name}'"
            errors.append(
                f"{_named(paths)}: the required column '{name}' of {entry['source']}."
                f"{entry['table']} is missing. Fix: {fix}."
            )
    for name, kinds in types.items():
        _note_mixed_types(name, kinds, errors)
    if files and readable and n_rows == 0:
        warnings.append(
            f"{_named(files)}: the table {entry['source']}.{entry['table']} has no rows and counts"
            " as absent. Fix: none needed if that is so; else deliver its rows."
        )
    elif readable:
        warnings += undeclared_columns(_named(files), entry, in_files, keys)
    return n_rows


def _footers(files: list[Path], errors: list[str]) -> tuple[int, dict[pa.Schema, list[Path]]]:
    """Read the footers of files: how many rows they have, and which have which columns."""
    n_rows = 0
    files_of: dict[pa.Schema, list[Path]] = {}
    for path in files:
        try:
            with pa.OSFile(os.fsencode(path)) as file:
                footer = pq.read_metadata(file)
            schema = footer.schema.to_arrow_schema().remove_metadata()
        except (pa.ArrowException, OSError, ValueError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            errors.append(
                f"{path}: the file cannot be read as Parquet ({reason})."
                " Fix: deliver it again, or take it away."
            )
            continue
        n_rows += footer.num_rows
        files_of.setdefault(schema, []).append(path)
    return n_rows, files_of


def _keys_of_folders(
    root: Path, entry: dict, files: list[Path], errors: list[str]
) -> tuple[str, ...]:
    """Give the columns that folders such as day=2024-01-31 add to a table.

    They do if every file lies in folders of the same keys.
    """
    above = root / entry["source"]
    keys: dict[tuple[str, ...], Path] = {}
    for folder in sorted({path.parent for path in files}):
        parts = folder.relative_to(above).parts
        keys.setdefault(tuple(part.split("=")[0] for part in parts if "=" in part), folder)
    contract = {column["name"] for column in entry["columns"]}
    named = sorted(contract.intersection(*[{name for key in keys for name in key}]))
    if not named:
        return next(iter(keys)) if len(keys) == 1 else ()
    example = next(folder for key, folder in keys.items() if named[0] in key)
    if len(keys) > 1:
        other = next(folder for folder in keys.values() if folder != example)
        errors.append(
            f"{example}: this name gives the column '{named[0]}', and files in {other} have none of"
            " it, so that it is not read. Fix: put all files of the table into folders of the same"
            " names, or the column into the files."
        )
    elif any("=" in part for part in root.parts):
        errors.append(
            f"{example}: this name gives the column '{named[0]}', which is not read where a '='"
            f" stands in the path above ({root}). Fix: rename the folder above."
        )
    return next(iter(keys))


def _note_repeated_columns(
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


def _kind(data_type: pa.DataType) -> str:
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


def _note_mixed_types(name: str, kinds: TypesByKind, errors: list[str]) -> None:
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
    return [f"{place}: {' '.join(said)} Fix: {fix}."]


def nearest_column(name: str, columns: Iterable[str]) -> str | None:
    """Give the column of the contract that another name most likely stands for, if any is near."""
    likeness = {column: _likeness(name, column) for column in columns}
    best = max(likeness, key=likeness.get, default=None)
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


def _unexpected_names(root: Path, contract: list[dict], errors: list[str]) -> list[str]:
    """Warn of folders and files that nothing reads, as a slip in a name is easily made."""
    tables_of: dict[str, list[str]] = {}
    for entry in contract:
        tables_of.setdefault(entry["source"], []).append(entry["table"])

    warnings = []
    for folder in _visible(root, errors):
        if not folder.is_dir():
            if _is_parquet(folder):
                warnings.append(
                    f"{folder}: files beside the folders of the sources are not read. Fix: put it"
                    " into the folder of its source."
                )
            continue
        tables = tables_of.get(folder.name)
        if tables is None:
            warnings.append(_unread(folder, "source", folder.name, tables_of, ""))
            continue
        for path in _visible(folder, errors):
            if path.is_file() and path.suffix.lower() == ".parquet" and path.suffix != ".parquet":
                errors.append(
                    f"{path}: the end of this name is not read. Fix: rename it to"
                    f" {path.stem}.parquet."
                )
            elif path.is_file() and path.suffix != ".parquet":
                warnings.append(
                    f"{path}: only Parquet files are read. Fix: convert it to Parquet, or take"
                    " it away."
                )
            elif path.name.removesuffix(".parquet") not in tables:
                suffix = path.suffix if path.is_file() else ""
                warnings.append(_unread(path, "table", path.stem, tables, suffix))
            elif path.is_dir():
                warnings += _unread_below(path)
    return warnings


def _unread_below(folder: Path) -> list[str]:
    """Warn of files in the folder of a table that are no Parquet files."""
    others = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        unread = sorted(n for n in names if n[0] not in "._" and not n.endswith(".parquet"))
        others += [Path(place, name) for name in unread]
    if not others:
        return []
    return [
        f"{_named(others)}: only files whose names end in .parquet are read. Fix: convert or rename"
        " them, or take them away."
    ]


def _unread(path: Path, what: str, name: str, known: Iterable[str], suffix: str) -> str:
    near = _nearest(name, known)
    fix = f"rename it to {near}{suffix}" if near else f"known are {', '.join(known)}"
    return f"{path}: the contract has no {what} '{name}', so this is not read. Fix: {fix}."


def _visible(folder: Path, errors: list[str]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name[0] not in "._")
    except OSError:
        errors.append(f"{folder}: {UNREADABLE}")
        return []


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet" and path.name[0] not in "._" and path.is_file()


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _named(paths: list[Path]) -> str:
    """Name some files, the first few if there are many."""
    named = ", ".join(str(path) for path in paths[:MAX_FILES_NAMED])
    more = len(paths) - MAX_FILES_NAMED
    return f"{named} and {more} more" if more > 0 else named
