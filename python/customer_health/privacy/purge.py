"""One purge, in an order that leaves nothing half done where it is killed.

First the tombstones are written, then every file is freed of all whom they name. So a purge that
was killed is done again with the same command, and comes to the same end.
"""

import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import duckdb
import yaml

from customer_health import manifest
from customer_health.export import export
from customer_health.files import file_stamp, sync, write_json
from customer_health.lock import take
from customer_health.pages.__main__ import redraw
from customer_health.plan import PROJECT
from customer_health.privacy.databases import (
    Search,
    merged_into,
    rewritten,
    row_counts,
    rows_found,
)
from customer_health.privacy.raw_data import (
    Names,
    RawData,
    contacts_and_addresses,
    files_with,
)
from customer_health.privacy.tombstones import Tombstones, spelled
from customer_health.publication import Publication, Refusal, Warehouse, say_not_drawn
from customer_health.vendors import chosen_vendors

PERSONS = ("contact", "user")


@dataclass
class Erased:
    """What a purge did; names nobody."""

    rows: Counter[str]
    """Rows erased, by table, over all files."""
    n_merged: int
    """Accounts that were merged into the one given, and went with it."""
    n_publications: int
    raw_files: dict[Path, int]
    """The company's files that still name them, with rows."""


def purge(
    warehouse: Warehouse,
    kind: str,
    name: str,
    export_folder: Path | None = None,
    raw_path: Path | None = None,
) -> Erased:
    """Erase a person or an account from all that is kept of a warehouse.

    Args:
        warehouse: The published file with its publications.
        kind: person or account.
        name: An id, for a person also an e-mail address, or contact:<id> or user:<id>.
        export_folder: Folder of an export to write again, if there is one.
        raw_path: Folder of the raw data, if not that of the newest publication.

    Raises:
        Refusal: There is nobody of that name, or something is at work on the files.
    """
    not_kept = Refusal(
        f"{warehouse}: is none of the publications kept. Fix: run `make build`, or name the file"
        " that it published with WAREHOUSE=..."
    )
    if not warehouse.publications():
        raise not_kept
    for folder in (warehouse.instant_folder, warehouse.trial_folder):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        warehouse.locked(),
        _alone(warehouse, warehouse.ledger.with_suffix(".lock"), "is syncing it"),
        _alone(warehouse, warehouse.instant_folder / "lock", "tells its events"),
        _alone(warehouse, warehouse.trial_folder / "lock", "tries a policy"),
    ):
        current = warehouse.current()
        if current is None:
            raise not_kept
        warehouse.check_room()
        raw = _raw_data(warehouse, raw_path)
        id_case = _id_case()
        tombstones = Tombstones.read(warehouse.tombstones)
        names = _names(warehouse, tombstones, kind, name, raw, id_case)
        tombstones.add(names)
        had_pages = current.pages.exists()
        rows = _erase(warehouse, current, Search.of(tombstones, id_case), kind)
        rows["sync ledger"] = _clean_ledger(warehouse.ledger, tombstones, id_case)
        if export_folder and export_folder.exists():
            export(warehouse, export_folder)
        _note(warehouse, kind, "all files done", +rows)
        if had_pages:
            _redraw(warehouse)
        found = files_with(raw, names, id_case) if raw else {}
        n_merged = len(names) - 1 if kind == "account" else 0
        return Erased(+rows, n_merged, len(warehouse.publications()), found)


@contextmanager
def _alone(warehouse: Warehouse, file: Path, doing: str) -> Iterator[None]:
    with open(file, "a+", encoding="utf-8") as lock:
        if holder := take(lock):
            raise Refusal(f"{warehouse}: {holder} {doing}. Fix: wait until it has ended.")
        yield


def _raw_data(warehouse: Warehouse, raw_path: Path | None) -> RawData | None:
    """The raw data that was named, else that of the newest publication, if it is a folder here."""
    made = next((kept.manifest for kept in warehouse.publications() if kept.manifest), None)
    path = raw_path or (PROJECT / made["raw_data"]["path"] if made else None)
    if path is None or not path.is_dir():
        return None
    vendors = made.get("vendors") if made else None
    return RawData(path, vendors or chosen_vendors(None, path) or {})


def _id_case() -> str:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    return settings["vars"]["id_case"]


def _names(
    warehouse: Warehouse,
    tombstones: Tombstones,
    kind: str,
    given: str,
    raw: RawData | None,
    id_case: str,
) -> Names:
    """Find out who is meant, and by what names else the sources know them.

    Raises:
        Refusal: It is nobody, or may be two people.
    """
    prefix, _, rest = given.partition(":")
    kinds = (prefix,) if prefix in PERSONS and rest else PERSONS
    name = rest if len(kinds) == 1 else given
    if kind == "account":
        account = _spell(given, "account", id_case)
        if not _known(warehouse, tombstones, {(kind, account)}, raw, id_case):
            _nobody(warehouse, kind)
        # what they had is the survivor's: without it, the merger is undone and they come back
        newest = warehouse.publications()[0]
        return {(kind, each) for each in merged_into(newest.state, account)}
    asked: Names = {(each, _spell(name, each, id_case)) for each in kinds}
    pairs = contacts_and_addresses(raw, id_case) if raw else set()
    if "@" in name:
        address = _spell(name, "email", id_case)
        contacts = {("contact", contact) for contact, email in pairs if email == address}
        # some companies use e-mail addresses as ids
        everything = asked | {("email", address)} | contacts
        if not _known(warehouse, tombstones, everything, raw, id_case):
            _nobody(warehouse, kind)
        return everything
    known = _known(warehouse, tombstones, asked, raw, id_case) or _nobody(warehouse, kind)
    if len(known) > 1:
        raise Refusal(
            f"{warehouse}: that is the id of a contact and of a user of the product, who may be two"
            " people. Fix: say which, as PERSON=contact:<id> or PERSON=user:<id>."
        )
    own = {email for contact, email in pairs if ("contact", contact) in known}
    shared = {email for contact, email in pairs if ("contact", contact) not in known}
    return known | {("email", email) for email in own - shared}


def _spell(name: str, kind: str, id_case: str) -> str:
    with duckdb.connect() as connection:
        found = connection.execute(f"select {spelled('$1', kind, id_case)}", [name]).fetchall()
    return found[0][0]


def _known(
    warehouse: Warehouse,
    tombstones: Tombstones,
    names: Names,
    raw: RawData | None,
    id_case: str,
) -> Names:
    """Those names that are in a file or were erased before."""
    known = set()
    for kind, name in names:
        hashed = tombstones.hash(kind, name)
        search = Search.of(tombstones, id_case, {hashed})
        if (
            hashed in tombstones.hashes
            or (raw and files_with(raw, {(kind, name)}, id_case))
            or any(rows_found(kept.state, search) for kept in warehouse.publications())
        ):
            known.add((kind, name))
    return known


def _nobody(warehouse: Warehouse, kind: str) -> NoReturn:
    fix = {
        "account": "give the CRM's id as the source writes it.",
        "person": "give the e-mail address or the id as the source writes it. E-mail addresses are"
        " not kept: who is no longer delivered is found by id only.",
    }
    raise Refusal(
        f"{warehouse}: no such {kind} in this warehouse or its raw data. Fix: {fix[kind]}"
    )


def _erase(warehouse: Warehouse, current: Publication, search: Search, kind: str) -> Counter[str]:
    rows: Counter[str] = Counter()
    # the next command throws it away if this one is killed; not what a build leaves to be filed
    scratch = warehouse.building / "purge"
    scratch.mkdir(parents=True)
    for kept in warehouse.publications():
        erased = _rewrite_publication(kept, scratch, search)
        # names nobody: how many rows of which tables
        _note(warehouse, kind, kept.id, erased)
        rows += erased
    if warehouse.instant_file.exists():
        rows += _rewrite(warehouse.instant_file, scratch, search)
    # what readers open still is the old file
    warehouse.put_in_place(current)
    # what dbt wrote may quote a value; the next build writes it again
    scratch_of_others = [
        path
        for folder in (warehouse.instant_folder, warehouse.trial_folder)
        for path in folder.iterdir()
        if path.name != "lock"
    ]
    for path in (warehouse.building, warehouse.target, warehouse.logs, *scratch_of_others):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (PROJECT / "target" / "state.duckdb").unlink(missing_ok=True)
    shutil.rmtree(PROJECT / "target" / "check", ignore_errors=True)
    return rows


def _rewrite_publication(kept: Publication, scratch: Path, search: Search) -> Counter[str]:
    rows = _rewrite(kept.state, scratch, search)
    rows += _rewrite(kept.published, scratch, search, lambda fresh: _seal(kept, fresh))
    shutil.rmtree(kept.pages, ignore_errors=True)
    sync(kept.folder)
    return rows


def _rewrite(
    file: Path, scratch: Path, search: Search, seal: Callable[[Path], None] = sync
) -> Counter[str]:
    """Write a file again, and put it in place in one step once it is sealed."""
    fresh = scratch / file.name
    fresh.unlink(missing_ok=True)
    rows = Counter(rewritten(file, fresh, search))
    seal(fresh)
    os.replace(fresh, file)
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)
    sync(file.parent)
    return rows


def _seal(kept: Publication, fresh: Path) -> None:
    """Let manifest and inputs tell of the file that is about to be put in place."""
    made = kept.manifest
    if made:
        made["row_counts"] = {**made["row_counts"], **row_counts(fresh)}
        manifest.write_into(fresh, made)
        _write(kept.folder / "manifest.json", made)
    _write(kept.folder / "inputs.json", {**kept.inputs, "file": file_stamp(fresh)})
    sync(fresh)


def _write(path: Path, content: dict) -> None:
    fresh = path.with_name(f"{path.name}.new")
    write_json(fresh, content)
    sync(fresh)
    os.replace(fresh, path)


def _clean_ledger(ledger: Path, tombstones: Tombstones, id_case: str) -> int:
    """Forget what was sent of the accounts that were erased: keys are their ids, or have them."""
    if not ledger.exists():
        return 0
    connection = sqlite3.connect(ledger)
    try:
        keys = [key for (key,) in connection.execute("select distinct key from deliveries")]
        gone = [
            (key,)
            for key in keys
            if any(
                tombstones.hash("account", _spell(part, "account", id_case)) in tombstones.hashes
                for part in key.split("/")
            )
        ]
        with connection:
            connection.execute("pragma secure_delete = on")
            connection.executemany("delete from deliveries where key = ?", gone)
        connection.execute("vacuum")
        return len(gone)
    finally:
        connection.close()


def _redraw(warehouse: Warehouse) -> None:
    """Draw the pages of the current publication; without them the purge is done all the same."""
    try:
        redraw(warehouse)
    except Exception as problem:  # whatever a page stumbles over
        say_not_drawn(problem)


def _note(warehouse: Warehouse, kind: str, what: str, rows: Counter[str]) -> None:
    """Add a line to the record of purges, which names nobody."""
    line = {"at": manifest.utc(datetime.now(UTC)), "kind": kind, "of": what, "rows": dict(rows)}
    with open(warehouse.purges, "a", encoding="utf-8") as record:
        record.write(json.dumps(line) + "\n")
        record.flush()
        os.fsync(record.fileno())
