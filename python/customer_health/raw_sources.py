"""Checks the raw data against the raw contract, before the build reads a row of it.

Raw data lies in `<raw_path>/<source>/<table>.parquet`, or in any number of Parquet files below
`<raw_path>/<source>/<table>/`. A table may be absent: its metrics are unknown then. A table that
is there must be readable and have the columns the contract requires. Only the footers of the files
are read, so many and large files cost little.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MAX_FILES_NAMED = 3


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
            " Mend: none needed; if the build fails on a file, check it there."
        ]
    root = Path(raw_path)
    mend = "run `make demo` for demo data, or set the variable raw_path to your folder of raw data"
    if not root.is_dir():
        return [f"{raw_path}: there is no such folder of raw data. Mend: {mend}."], []

    errors: list[str] = []
    warnings = _unexpected_names(root, contract)
    n_files, n_rows = 0, 0
    for entry in contract:
        files = _files_of(root, entry["source"], entry["table"], errors)
        n_files += len(files)
        n_rows += _check_table(entry, files, errors, warnings)
    if n_files and not n_rows and not errors:
        errors.append(f"{raw_path}: every table in this folder is empty. Mend: deliver their rows.")
    if not n_files:
        example = f"{contract[0]['source']}/{contract[0]['table']}.parquet"
        errors.append(
            f"{raw_path}: no table of the raw contract is in this folder; it should hold files"
            f" such as {example}. Mend: {mend}."
        )
    return errors, warnings


def _files_of(root: Path, source: str, table: str, errors: list[str]) -> list[Path]:
    """List the Parquet files of a table; empty if it is absent."""
    single = root / source / f"{table}.parquet"
    folder = root / source / table
    below = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    if not single.is_file():
        return below
    if below:
        errors.append(
            f"{single}: the folder {folder} holds Parquet files of the same table, which would"
            " not be read. Mend: keep the file or the folder, not both."
        )
    return [single]


def _check_table(entry: dict, files: list[Path], errors: list[str], warnings: list[str]) -> int:
    """Check the files of one table (readable, with the required columns, not empty); its rows."""
    required = [column["name"] for column in entry["columns"] if column["required"]]
    lacking: dict[str, list[Path]] = {name: [] for name in required}
    delivered: set[str] = set()
    n_rows = 0
    readable = True
    for path in files:
        try:
            footer = pq.read_metadata(path)
            names = set(footer.schema.to_arrow_schema().names)
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            errors.append(
                f"{path}: the file cannot be read as Parquet ({reason})."
                " Mend: deliver it again, or take it away."
            )
            readable = False
            continue
        n_rows += footer.num_rows
        # a folder such as day=2024-01-31 is a column of its own
        names |= {part.split("=")[0] for part in path.parent.parts if "=" in part}
        present = {name.lower() for name in names}
        delivered |= names
        for name in required:
            if name.lower() not in present:
                lacking[name].append(path)

    for name, paths in lacking.items():
        if paths:
            near = _nearest(name, delivered - {column["name"] for column in entry["columns"]})
            mend = f"rename '{near}' to '{name}'" if near else f"add the column '{name}'"
            errors.append(
                f"{_named(paths)}: the required column '{name}' of {entry['source']}."
                f"{entry['table']} is missing. Mend: {mend}."
            )
    if files and readable and n_rows == 0:
        warnings.append(
            f"{_named(files)}: the table {entry['source']}.{entry['table']} has no rows and counts"
            " as absent. Mend: none needed if that is so; else deliver its rows."
        )
    return n_rows


def _unexpected_names(root: Path, contract: list[dict]) -> list[str]:
    """Warn of folders and files that nothing reads, as a slip in a name is easily made."""
    tables_of: dict[str, list[str]] = {}
    for entry in contract:
        tables_of.setdefault(entry["source"], []).append(entry["table"])

    warnings = []
    for folder in _visible(root):
        if not folder.is_dir():
            continue
        tables = tables_of.get(folder.name)
        if tables is None:
            warnings.append(_unread(folder, "source", folder.name, tables_of, ""))
            continue
        for path in _visible(folder):
            known = path.name in tables if path.is_dir() else path.suffix == ".parquet"
            if path.is_file() and path.suffix != ".parquet":
                warnings.append(
                    f"{path}: only Parquet files are read. Mend: convert it to Parquet, or take"
                    " it away."
                )
            elif not known or path.stem not in tables:
                suffix = path.suffix if path.is_file() else ""
                warnings.append(_unread(path, "table", path.stem, tables, suffix))
    return warnings


def _unread(path: Path, what: str, name: str, known: Iterable[str], suffix: str) -> str:
    near = _nearest(name, known)
    mend = f"rename it to {near}{suffix}" if near else f"known are {', '.join(known)}"
    return f"{path}: the contract has no {what} '{name}', so this is not read. Mend: {mend}."


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name[0] not in "._")


def _nearest(name: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _named(paths: list[Path]) -> str:
    """Name some files, the first few if there are many."""
    named = ", ".join(str(path) for path in paths[:MAX_FILES_NAMED])
    more = len(paths) - MAX_FILES_NAMED
    return f"{named} and {more} more" if more > 0 else named
