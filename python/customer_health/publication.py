"""Publications: the file that readers open, what lies behind it, and how one replaces the other.

Beside the published file `scores.duckdb` lie `scores.manifest.json`, for people, `scores.pages`,
another name (symbolic link) of the current publication's pages, and a folder:

    scores.builds/
        lock                   held by the build or rollback that is at work
        instant/               scratch of `make instant`, with a lock of its own (`instant.py`)
        trial/                 scratch of `make policy` and `make changes`, and what they found
        building/              scratch of that one; nothing in it outlives it
        target/, logs/         dbt's own
        publications/<id>/     state.duckdb      what dbt built; the next build starts from a copy
                               published.duckdb  its marts: what readers open
                               pages/            the same as pages to open in a browser
                               manifest.json     the account of the build
                               inputs.json       what it was built from, and the size and time of
                                                 published.duckdb

The published file is another name (hard link) of one `published.duckdb`, put in place by one
rename. Which publication is current is read off the published file and written nowhere else, so
marts and state cannot disagree, whenever a build is killed. Nor does it depend on a manifest: a
damaged one is written again from `marts.publication` inside the file.

`publications.py` has the commands of people.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import duckdb

from customer_health.files import file_stamp, is_same_file, read_json, sync, write_json
from customer_health.lock import take

MIN_FREE_BYTES = 1_000_000_000
# What releases before publications were kept built into the file that readers opened.
FORMER_SCHEMAS = ("staging", "intermediate", "marts", "policy")
# What a folder of pages that we drew has.
PAGES_MARK = Path("assets", "pages.js")
# What builds and rollbacks rely on in the account of a build; the rest is for people.
MANIFEST_SHAPE = {
    "publication_id": str,
    "as_of_date": str | None,
    "kind": str,
    "previous": str | None,
    "row_counts": dict,
    "code": dict,
    "raw_data": dict,
}


class Refusal(Exception):
    """A command cannot do its work; the message says what is wrong and how to fix it."""


@dataclass(frozen=True)
class Publication:
    """A folder that holds one publication."""

    folder: Path

    @property
    def id(self) -> str:
        """When its build began (UTC), so that ids sort by time."""
        return self.folder.name

    @property
    def state(self) -> Path:
        """The DuckDB file that dbt built."""
        return self.folder / "state.duckdb"

    @property
    def published(self) -> Path:
        """The DuckDB file that readers open."""
        return self.folder / "published.duckdb"

    @property
    def pages(self) -> Path:
        """The folder of its pages, which need not exist."""
        return self.folder / "pages"

    @property
    def manifest(self) -> dict:
        """The account of the build (see `manifest.py`), from the file or from inside the marts.

        Empty if neither has one.
        """
        written = read_json(self.folder / "manifest.json")
        return written if _is_manifest(written) else self._manifest_inside()

    def _manifest_inside(self) -> dict:
        try:
            row = _publication_row(self.published, "manifest")
            inside = json.loads(row[0]) if row else None
        except (duckdb.Error, TypeError, ValueError):
            return {}
        return inside if _is_manifest(inside) else {}

    def repair_manifest(self, copy: Path) -> None:
        """Write a damaged manifest.json again, from inside the marts or from a copy of it."""
        path = self.folder / "manifest.json"
        if _is_manifest(read_json(path)):
            return
        found = self._manifest_inside() or read_json(copy)
        if _is_manifest(found) and found["publication_id"] == self.id:
            write_json(path, found)
            print(f"{path}: was damaged, and is written again.", file=sys.stderr)

    @property
    def inputs(self) -> dict:
        """Fingerprint of what it was built from, and size and time of what it published."""
        inputs = read_json(self.folder / "inputs.json")
        return inputs if isinstance(inputs, dict) else {}

    @property
    def is_intact(self) -> bool:
        """Whether nobody has written to its marts since it was published."""
        return self.inputs.get("file") == file_stamp(self.published)

    def seal(self, fingerprint: str, manifest: dict) -> None:
        """Write what is left to write and bring all of it to disk."""
        write_json(self.folder / "manifest.json", manifest)
        inputs = {"fingerprint": fingerprint, "file": file_stamp(self.published)}
        write_json(self.folder / "inputs.json", inputs)
        for path in (*self.folder.iterdir(), self.folder):
            sync(path)


class Warehouse:
    """A published file with its publications."""

    def __init__(self, file: Path) -> None:
        """Name a file, which need not exist."""
        # a link would be replaced, not the file it points at
        self.file = Path(os.path.realpath(file))
        name = self.file.name.removesuffix(".duckdb")
        self.manifest_file = self.file.with_name(f"{name}.manifest.json")
        self.pages = self.file.with_name(f"{name}.pages")
        self.tombstones = self.file.with_name(f"{name}.tombstones.csv")
        self.purges = self.file.with_name(f"{name}.purges.jsonl")
        self.ledger = self.file.with_name(f"{name}.sync.sqlite")
        self.folder = self.file.with_name(f"{name}.builds")
        self.building = self.folder / "building"
        self.scratch = Publication(self.building)
        self.target = self.folder / "target"
        self.logs = self.folder / "logs"
        self.instant_file = self.file.with_name(f"{name}.instant.duckdb")
        self.instant_folder = self.folder / "instant"
        self.trial_folder = self.folder / "trial"

    def __str__(self) -> str:
        """Name it as a person would from where they are."""
        return str(
            self.file.relative_to(Path.cwd()) if self.file.is_relative_to(Path.cwd()) else self.file
        )

    @property
    def pages_shown(self) -> str:
        """The page to open first, named as a person would from where they are."""
        return str(Path(str(self)).with_name(self.pages.name) / "index.html")

    def publications(self) -> list[Publication]:
        """Every publication kept, the newest first."""
        found = (self.folder / "publications").glob("*/published.duckdb")
        return [Publication(path.parent) for path in sorted(found, reverse=True)]

    def find(self, publication_id: str | None) -> Publication | None:
        """The publication of an id; None if it is not kept."""
        return next((kept for kept in self.publications() if kept.id == publication_id), None)

    def current(self) -> Publication | None:
        """The publication that readers see; None if the published file is not one that is kept.

        Raises:
            Refusal: The published file is not one that a build made.
        """
        return self.find(self.id_seen())

    def id_seen(self) -> str | None:
        """The id of what readers see: told by the file's identity or, of a copy, from within."""
        for kept in self.publications():
            if is_same_file(kept.published, self.file):
                return kept.id
        if is_same_file(self.scratch.published, self.file):
            return self.scratch.manifest.get("publication_id")
        return self._id_inside()

    def _id_inside(self) -> str | None:
        """The id that the published file itself gives; None without such a file or id."""
        if self.file.is_dir():
            raise Refusal(f"{self}: is a folder. Fix: name a file with WAREHOUSE=...")
        if not self.file.exists():
            return None
        try:
            row = _publication_row(self.file, "publication_id")
            tables = () if row else _tables(self.file)
        except duckdb.Error as problem:
            raise Refusal(
                f"{self}: cannot be opened ({problem}). Fix: close the program that has it open;"
                " if none has, move the file away."
            ) from problem
        foreign = [f"{schema}.{table}" for schema, table in tables if schema not in FORMER_SCHEMAS]
        if foreign:
            raise Refusal(
                f"{self}: holds {foreign[0]}, which no build made, and a build would replace the"
                " whole file. Fix: name another file with WAREHOUSE=..."
            )
        return row[0] if row else None

    def check_room(self) -> None:
        """Check that there is room for another publication.

        Raises:
            Refusal: The disk is nearly full.
        """
        last = self.publications()[:1]
        needed = MIN_FREE_BYTES + sum(
            path.stat().st_size for kept in last for path in kept.folder.iterdir()
        )
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise Refusal(
                f"{self.file.parent}: only {free / 1e9:.1f} GB are free. Fix: free at least"
                f" {needed / 1e9:.1f} GB, or name a file on another disk with WAREHOUSE=..."
            )

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the warehouse alone; gives the lock's file descriptor, for children to hold too.

        What a killed process left is settled first.

        Raises:
            Refusal: Another process holds it, or nothing can be written where it lies.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.file.parent).close()
            opened = open(self.folder / "lock", "a+", encoding="utf-8")
        except OSError as problem:
            raise Refusal(
                f"{self.file.parent}: nothing can be written there ({problem.strerror}). Fix:"
                " allow writing, or name another file with WAREHOUSE=..."
            ) from problem
        with opened as lock:
            if holder := take(lock):
                raise Refusal(
                    f"{self}: {holder} is at work on it. Fix: wait until it is done, or end it."
                )
            self.settle()
            try:
                yield lock.fileno()
            finally:
                self.settle()

    def settle(self) -> None:
        """File what was published and throw away what was not; needs the lock.

        A build that stopped right after the rename that publishes left a publication in
        `building`. All else in there is scratch.
        """
        made = self.scratch.manifest.get("publication_id")
        if made and made == self.id_seen():
            folder = self.folder / "publications"
            folder.mkdir(exist_ok=True)
            os.rename(self.building, folder / made)
            sync(folder)
        shutil.rmtree(self.building, ignore_errors=True)
        for kept in self.publications():
            kept.repair_manifest(self.manifest_file)
        current = self.current() if self.publications() else None
        if current and current.manifest and read_json(self.manifest_file) != current.manifest:
            # a copy: whoever damages it does not damage the publication's own
            self._replace(self.manifest_file, current.folder / "manifest.json", shutil.copy2)
        self._show_pages(current)

    def _show_pages(self, current: Publication | None) -> None:
        """Let the name of the pages mean those of a publication; without any, there is no name."""
        wanted = current.pages if current and current.pages.is_dir() else None
        if self.pages.is_symlink():
            if wanted and is_same_file(wanted, self.pages):
                return
            self.pages.unlink()
        elif (self.pages / PAGES_MARK).is_file():  # who copies a link may get a folder
            shutil.rmtree(self.pages)
        if wanted and not self.pages.exists():  # what somebody else put there stays
            os.symlink(os.path.relpath(wanted, self.pages.parent), self.pages)

    def put_in_place(self, chosen: Publication) -> None:
        """Let readers see a sealed publication from now on; needs the lock.

        Readers who have the file open keep what they opened. After a crash of the machine either
        the old or the new file is there, whole.
        """
        # DuckDB would not open the new file beside what somebody's writing left of the old one
        self.file.with_name(f"{self.file.name}.wal").unlink(missing_ok=True)
        # at no moment are there pages of another publication than the file's
        self._show_pages(None)
        self._replace(self.file, chosen.published)
        self.settle()

    def _replace(self, name: Path, source: Path, make: Callable = os.link) -> None:
        """Let a name mean another file, in one step."""
        new = self.folder / "new"
        new.unlink(missing_ok=True)
        try:
            make(source, new)
        except OSError:  # a disk without hard links
            shutil.copy2(source, new)
            sync(new)
        os.replace(new, name)
        sync(name.parent)

    def prune(self, keep: int) -> None:
        """Keep this many publications: the current one and those before it, then the newest."""
        in_order = []
        kept = self.current()
        while kept and kept not in in_order:
            in_order.append(kept)
            kept = self.find(kept.manifest.get("previous"))
        in_order += [kept for kept in self.publications() if kept not in in_order]
        for kept in in_order[max(keep, 1) :]:
            # in one step, so that none is ever half there
            self.building.mkdir(exist_ok=True)
            os.rename(kept.folder, self.building / kept.id)
        shutil.rmtree(self.building, ignore_errors=True)

    def roll_back(self, publication_id: str | None) -> Publication:
        """Put a former publication in place, by default the one before the current one.

        Raises:
            Refusal: There is no such publication.
        """
        current = self.current()
        wanted = publication_id or (current.manifest.get("previous") if current else None)
        chosen = self.find(wanted)
        if chosen is None:
            asked = f"publication {wanted} is not kept" if wanted else "no publication came before"
            raise Refusal(
                f"{self}: {asked}. Fix: choose one that `make publications` lists, with TO=..."
            )
        self.put_in_place(chosen)
        return chosen


def say_not_drawn(problem: Exception) -> None:
    """Say that a publication is without pages, and why."""
    told = f"{'pages':<12} not drawn: {problem}. Fix: mend that, then run `make pages`."
    print(told, file=sys.stderr)


def _is_manifest(content: object) -> TypeGuard[dict]:
    return (
        isinstance(content, dict)
        and all(isinstance(content.get(name, ...), kind) for name, kind in MANIFEST_SHAPE.items())
        and all(isinstance(n_rows, int) for n_rows in content["row_counts"].values())
        and {"path", "made_by"} <= content["raw_data"].keys()
    )


def _publication_row(file: Path, column: str) -> tuple | None:
    """A column of the one row of `marts.publication`; None if the file has no such table."""
    with duckdb.connect(str(file), read_only=True) as connection:
        try:
            return connection.execute(f"select {column} from marts.publication").fetchone()
        except (duckdb.CatalogException, duckdb.BinderException):
            return None


def _tables(file: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
