"""Checks the raw data against the raw contract, before the build reads a row of it.

Raw data is in `<raw_path>/<source>/<table>.parquet`, or in any number of Parquet files below
`<raw_path>/<source>/<table>/`. A table may be absent: its metrics are unknown then. A table that
is there must be readable and have the columns the contract requires. Only the footers of the files
are read, so even many large files cost little. The tables of a vendor may be CSV files as well,
which are read to their end, since one comma too many may be anywhere.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from customer_health.csv_files import fault_in, header_of, mark_of
from customer_health.raw_columns import (
    TypesByKind,
    kind_of,
    note_mixed_types,
    note_repeated_columns,
    undeclared_columns,
)
from customer_health.raw_files import UNREADABLE, note_other_case, table_files

MAX_FILES_NAMED = 3
NAME_THE_FOLDER = (
    "run `make demo` for demo data, or set the variable raw_path to your folder of raw data"
)


def raw_problems(raw_path: str, contract: list[dict]) -> tuple[list[str], list[str]]:
    """Find everything that keeps the raw data from being read as the contract declares it.

    Args:
        raw_path: The folder with one folder per source.
        contract: `{source, table, columns: [{name, required}]}` for each table; with `is_vendor`
            for those of a vendor's layout, and `filled_by` for those which a vendor fills.

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
    with_files = set()
    for entry in contract:
        if entry.get("filled_by"):
            continue
        files = table_files(root, entry, errors)
        n_files += len(files)
        with_files |= {entry["source"]} if files else set()
        n_rows += _check_table(root, entry, files, errors, warnings)
    warnings += absent_vendors(contract, with_files)
    if n_files and not n_rows and not errors:
        errors.append(f"{raw_path}: every table in this folder is empty. Fix: deliver their rows.")
    if not n_files and not errors:
        example = f"{contract[0]['source']}/{contract[0]['table']}.parquet"
        errors.append(
            f"{raw_path}: no table of the raw contract is in this folder; it should hold files"
            f" such as {example}. Fix: {NAME_THE_FOLDER}."
        )
    return errors, warnings


def absent_vendors(contract: list[dict], found: set[str]) -> list[str]:
    """Warn of vendors of which no table is there."""
    vendors = {entry["source"] for entry in contract if entry.get("is_vendor")}
    return [
        f"variable vendors: {vendor} is named, and none of its tables is there; what they tell is"
        " unknown. Fix: deliver them, or take the vendor out of the variable."
        for vendor in sorted(vendors - found)
    ]


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
    n_rows, files_of = footers(files, errors)
    readable = sum(map(len, files_of.values())) == len(files)
    _check_csv([path for of in files_of.values() for path in of], errors)
    for schema, paths in files_of.items():
        in_files |= set(schema.names)
        note_repeated_columns(paths[0], schema.names, declared, errors)
        for column in schema:
            name = declared.get(column.name.lower())
            if name:
                of_kind = types.setdefault(name, {}).setdefault(kind_of(column.type), [])
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
        note_mixed_types(name, kinds, errors)
    if files and readable and n_rows == 0:
        warnings.append(
            f"{_named(files)}: the table {entry['source']}.{entry['table']} has no rows and counts"
            " as absent. Fix: none needed if that is so; else deliver its rows."
        )
    elif readable and not entry.get("is_vendor"):
        warnings += undeclared_columns(_named(files), entry, in_files, keys)
    return n_rows


def _check_csv(files: list[Path], errors: list[str]) -> None:
    """Note what keeps CSV files of one table from being read to their end, or together."""
    marks: dict[str, Path] = {}
    for path in files:
        if path.suffix == ".csv":
            marks.setdefault(mark_of(path), path)
            fault = fault_in(path)
            errors += [fault] if fault else []
    if len(marks) > 1:
        first, other, *_ = marks.values()
        errors.append(
            f"{other}: has another mark between its columns than {first}. Fix: save both with the"
            " same."
        )


def footers(files: list[Path], errors: list[str]) -> tuple[int, dict[pa.Schema, list[Path]]]:
    """Read the footers of files: how many rows they have, and which have which columns.

    Of a CSV file more than one row counts as one.
    """
    n_rows = 0
    files_of: dict[pa.Schema, list[Path]] = {}
    for path in files:
        if path.suffix == ".csv":
            header, has_rows = header_of(path, errors)
            if not header:
                continue
            n_rows += has_rows
            columns = pa.schema([(name, pa.string()) for name in header])
            files_of.setdefault(columns, []).append(path)
            continue
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


def _unexpected_names(root: Path, contract: list[dict], errors: list[str]) -> list[str]:
    """Warn of folders and files that nothing reads, as a slip in a name is easily made."""
    tables_of: dict[str, list[str]] = {}
    vendors = {entry["source"] for entry in contract if entry.get("is_vendor")}
    for entry in contract:
        tables_of.setdefault(entry["source"], []).append(entry["table"])
    filled_by = {(e["source"], e["table"]): e["filled_by"] for e in contract if e.get("filled_by")}

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
        is_vendor = folder.name in vendors
        suffixes = (".parquet", ".csv") if is_vendor else (".parquet",)
        for path in _visible(folder, errors):
            vendor = filled_by.get((folder.name, path.name.removesuffix(".parquet")))
            if vendor:
                warnings.append(
                    f"{path}: {folder.name}.{path.stem} comes from {vendor}, so this is not read."
                    " Fix: take it away, or the vendor out of the variable vendors."
                )
            elif (
                path.is_file()
                and (not is_vendor or path.stem in tables)
                and note_other_case(path, suffixes, errors)
            ):
                continue
            elif is_vendor:
                # a vendor has far more tables than are read: only what looks like a slip is named
                name = path.name.removesuffix(".parquet").removesuffix(".csv")
                near = difflib.get_close_matches(name, tables, n=1, cutoff=0.85)
                if name not in tables and near and not any(folder.glob(f"{near[0]}.*")):
                    warnings.append(_unread(path, "table", name, tables, path.suffix))
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
        unread = sorted(n for n in names if n[0] not in "._" and not n.lower().endswith(".parquet"))
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
