"""Finds the files of a raw table, and what lies among them that would be lost."""

import os
from collections.abc import Iterable
from pathlib import Path

UNREADABLE = "this may not be read. Fix: give yourself the permission to read it."
NO_FILE = "this is no plain file. Fix: put the Parquet file there, or take it away."
DEAD_LINK = "this link leads to no file. Fix: put the file itself there, or take the link away."


def table_files(root: Path, entry: dict, errors: list[str]) -> list[Path]:
    """List the files of a table; empty if it is absent.

    They are a file, or all files below a folder, which may be named as a file is (Spark does that).
    """
    found: list[Path] = []
    for suffix in (".parquet", ".csv") if entry.get("is_vendor") else (".parquet",):
        more = _files_of_suffix(root / entry["source"] / entry["table"], suffix, errors)
        if found and more:
            errors.append(
                f"{more[0]}: the table is there as {found[0]} too, and this would not be read."
                " Fix: keep one of them."
            )
        found = found or more
    return found


def note_other_case(path: Path, suffixes: Iterable[str], errors: list[str]) -> bool:
    """Note a file whose name would end as a table's does, were it written in lower case."""
    is_other = path.suffix not in suffixes and path.suffix.lower() in suffixes
    if is_other:
        errors.append(
            f"{path}: the end of this name is not read. Fix: rename it to"
            f" {path.stem}{path.suffix.lower()}."
        )
    return is_other


def _files_of_suffix(folder: Path, suffix: str, errors: list[str]) -> list[Path]:
    single = folder.with_name(folder.name + suffix)
    if (single.is_symlink() or single.exists()) and not (single.is_file() or single.is_dir()):
        errors.append(f"{single}: {DEAD_LINK if single.is_symlink() else NO_FILE}")
        return []
    found = [single] if single.is_file() else _files_below(single, suffix, errors)
    below = _files_below(folder, suffix, errors)
    if found and below:
        errors.append(
            f"{single}: the folder {folder} holds files of the same table, which would"
            " not be read. Fix: keep the file or the folder, not both."
        )
    return found or below


def _files_below(folder: Path, suffix: str, errors: list[str]) -> list[Path]:
    """List the files of a format below a folder, and note those that cannot be its rows."""
    files = []

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            errors.append(f"{error.filename}: {UNREADABLE}")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        for name in folders:
            path = Path(place, name)
            if path.is_symlink() and any(path.rglob(f"*{suffix}")):
                errors.append(
                    f"{path}: files behind this link to a folder would not be read."
                    " Fix: put the files themselves there."
                )
        is_hidden = any(part[0] in "._" for part in Path(place).relative_to(folder).parts)
        for name in sorted(names):
            path = Path(place, name)
            if note_other_case(path, [suffix], errors) or not name.endswith(suffix):
                continue
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
