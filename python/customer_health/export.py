"""Writes the marts of the published file as Parquet, one file for each, into one folder.

The folder is made beside the old one and takes its place in one step, so readers find all
of one publication. `publication.json` says which, and so does each file (`publication_id` in its
key-value metadata).

Run as `python -m customer_health.export`, which `make export` does.
"""

import argparse
import ctypes
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer_health.files import is_disk_full, sync
from customer_health.marts import sql_name, sql_text
from customer_health.publication import Refusal, Warehouse

ACCOUNT = "publication.json"


def export(warehouse: Warehouse, folder: Path) -> str:
    """Write the marts that readers see now into a folder and return their publication's id.

    Raises:
        Refusal: There is nothing to export, or the folder is not one to replace.
    """
    check_folder(folder)
    if not warehouse.file.is_file():
        raise Refusal(
            f"{warehouse}: there is no such file. Fix: run `make build`, or name the file that it"
            " published with WAREHOUSE=..."
        )
    folder = Path(os.path.realpath(folder))  # a link would be replaced, not the folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder.parent):
            fresh = folder.with_name(f".{folder.name}.new")
            shutil.rmtree(fresh, ignore_errors=True)  # what a killed export left
            fresh.mkdir()
            try:
                publication_id = _write(warehouse, fresh)
                _swap(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except OSError as problem:
        if is_disk_full(problem):
            raise
        raise Refusal(
            f"{folder}: cannot be written ({problem.strerror}). Fix: allow writing in"
            f" {folder.parent}, or name another folder with EXPORT=..."
        ) from problem
    return publication_id


def check_folder(folder: Path) -> None:
    """Check that an export may take the place of what is there.

    Raises:
        Refusal: Something else is there.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Refusal(f"{folder}: is a file. Fix: name a folder with EXPORT=...")
    names = sorted(path.name for path in folder.iterdir())
    foreign = [name for name in names if name != ACCOUNT and not _is_exported(folder / name)]
    if names and (foreign or ACCOUNT not in names):
        raise Refusal(
            f"{folder}: holds {(foreign or names)[0]}, which no export wrote, and an export would"
            " replace the whole folder. Fix: name another folder with EXPORT=..."
        )


def _is_exported(path: Path) -> bool:
    """Whether a file is one that an export wrote: Parquet that names its publication."""
    try:
        return b"publication_id" in (pq.read_metadata(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def exported_id(folder: Path) -> str | None:
    """The id of the publication that a folder has; None if it has none that can be read."""
    try:
        account = json.loads((folder / ACCOUNT).read_text(encoding="utf-8"))
        return account["publication_id"]
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(warehouse: Warehouse, folder: Path) -> str:
    try:
        connection = duckdb.connect(str(warehouse.file), read_only=True)
    except duckdb.Error as problem:
        raise Refusal(
            f"{warehouse}: cannot be opened ({problem}). Fix: close the program that has it open;"
            " if none has, `make rollback` puts a publication back."
        ) from problem
    with connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        ).fetchall()
        if ("publication",) not in tables:
            raise Refusal(
                f"{warehouse}: no build published it. Fix: name a file that `make build` published"
                " with WAREHOUSE=..."
            )
        publication_id, manifest = connection.execute(
            "select publication_id, cast(manifest as varchar) from marts.publication"
        ).fetchone()
        for (name,) in tables:
            path = folder / f"{name}.parquet"
            # readers of any age know these
            options = "format parquet, parquet_version v1, compression snappy"
            connection.execute(
                f"copy marts.{sql_name(name)} to {sql_text(path)}"
                f" ({options}, kv_metadata {{publication_id: {sql_text(publication_id)}}})"
            )
            sync(path)
    account = json.dumps(json.loads(manifest), indent=2, ensure_ascii=False)
    (folder / ACCOUNT).write_text(account + "\n", encoding="utf-8")
    sync(folder / ACCOUNT)
    sync(folder)
    return publication_id


@contextmanager
def _alone_in(parent: Path) -> Iterator[None]:
    """Keep two exports from writing beside each other; the second waits."""
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(fresh: Path, folder: Path) -> None:
    """Let a new folder take the place of the old one, which is left under the new one's name."""
    former = fresh.with_suffix(".old")
    shutil.rmtree(former, ignore_errors=True)
    if not folder.exists():
        os.rename(fresh, folder)
    elif not _exchanged(fresh, folder):
        # between two renames there is no folder, but never half of one
        os.rename(folder, former)
        os.rename(fresh, folder)
        shutil.rmtree(former)


def _exchanged(first: Path, second: Path) -> bool:
    """Exchange two names in one step, where system and file system can (Linux)."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:
        return False
    return rename(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0


def main(arguments: list[str] | None = None) -> int:
    """Export as the command line says; 0 done, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.export")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    parser.add_argument("--to", type=Path, required=True, help="folder for the Parquet files")
    given = parser.parse_args(arguments)
    try:
        publication_id = export(Warehouse(given.warehouse), given.to)
    except (Refusal, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{'export':<12} publication {publication_id} as Parquet in {given.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
