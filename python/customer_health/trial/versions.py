"""The seeds of another version of the policy: from a folder, or from a revision in git."""

import csv
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from customer_health.plan import PROJECT
from customer_health.policy import TABLES, VOCABULARY_TABLES
from customer_health.policy.cells import RefersTo, Row
from customer_health.policy.findings import listed
from customer_health.publication import Refusal

SEEDS = PROJECT / "seeds"
# Files of which the models need all rows by these columns; of words only some of each vocabulary.
WHOLE = {
    "thresholds.csv": ("threshold",),
    "signal_types.csv": ("signal_type",),
    "overlay_words.csv": ("aspect", "word"),
    "source_checks.csv": ("source_name", "table_name"),
    "metrics.csv": ("metric",),
    "vocabularies.csv": ("vocabulary",),
}


def other_seeds(against: str, folder: Path) -> Path:
    """Lay the seeds of another version into a folder; a file that it lacks is that of this one.

    Args:
        against: A folder with files of the policy, or with the folders of `seeds`; or a revision.
        folder: Where to, which must not exist.

    Raises:
        Refusal: There is no such folder or revision, or it has no such files.
    """
    shutil.copytree(SEEDS, folder)
    given = Path(against)
    if given.is_dir():
        whole = given / "seeds" if (given / "seeds").is_dir() else given
        into = folder if (whole / "policy").is_dir() else folder / "policy"
        files = {path.relative_to(whole): path.read_bytes() for path in whole.rglob("*.csv")}
    else:
        into, files = folder, _in_git(against)
    unknown = sorted(str(path) for path in files if not (into / path).is_file())
    if unknown or not files:
        raise Refusal(
            f"AGAINST={against}: "
            + (f"{unknown[0]} is no file of seeds/." if unknown else "has no file of the policy.")
            + " Fix: name a folder such as a copy of seeds/policy, or a revision of git."
        )
    for path, content in files.items():
        (into / path).write_bytes(content)
    return folder


def completed(seeds: Path) -> list[str]:
    """Add columns and rows that came after a version of the seeds, as this version has them.

    A metric that came later has no weight, since that version's scores were made without it.

    Returns:
        What was added, by file.
    """
    files = {f"policy/{file}": table for file, table in TABLES.items()}
    files |= {f"vocabulary/{file}": table for file, table in VOCABULARY_TABLES.items()}
    added = []
    for file, table in files.items():
        if names := _complete(seeds / file, SEEDS / file, table):
            added.append(f"{Path(file).name}: {listed(names)}")
    for file, table in files.items():
        if (seeds / file).read_bytes() == (SEEDS / file).read_bytes():
            _drop_unknown(seeds / file, table)
    return added


def _drop_unknown(path: Path, table: type[Row]) -> None:
    """Take out of a file of this version rows on what the other version does not have."""
    rows = kept = _rows(path)
    for column, field in table.model_fields.items():
        for refers_to in field.metadata:
            if isinstance(refers_to, RefersTo):
                id_column = TABLES[refers_to.file].key[0]
                known = [row.get(id_column) for row in _rows(path.with_name(refers_to.file))]
                known += ["all", ""]
                kept = [row for row in kept if row[column] in known]
    if len(kept) < len(rows):
        _write(path, kept, list(rows[0]))


def _complete(path: Path, newer: Path, table: type[Row]) -> list[str]:
    rows, ours = _rows(path), _rows(newer)
    header = list(rows[0]) if rows else []
    columns = [name for name in table.model_fields if name not in header]
    if not rows or set(table.key) & set(columns):
        return []  # what the check of the policy says of it is all there is to say
    by_key = {tuple(row[name] for name in table.key): row for row in ours}
    for row in rows:
        same = by_key.get(tuple(row[name] for name in table.key), {})
        row.update({name: same.get(name, "") for name in columns})
    names = list(columns)
    if whole := WHOLE.get(path.name):
        there = {tuple(row[name] for name in whole) for row in rows}
        later = [row for row in ours if tuple(row[name] for name in whole) not in there]
        weightless = {"weight": "0"} if path.name == "metrics.csv" else {}
        rows += [row | weightless for row in later]
        names += dict.fromkeys(" ".join(row[name] for name in whole) for row in later)
    if names:
        _write(path, rows, [*header, *columns])
    return names


def _write(path: Path, rows: list[dict[str, str]], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a file; none if it is not as a file of the policy should be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error):
        return []
    is_whole = all(None not in row and None not in row.values() for row in rows)
    return rows if is_whole else []


def _in_git(revision: str) -> dict[Path, bytes]:
    """The seeds of a revision; files that this version has no more decide nothing in it."""
    command = ["git", "-C", str(PROJECT), "archive", "--format=tar", f"{revision}:./seeds"]
    try:
        packed = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise Refusal(
            f"AGAINST={revision}: there is no such folder, nor such a revision in git. Fix: name a"
            " folder such as a copy of seeds/policy, or a revision such as HEAD~1."
        ) from None
    files = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            path, file = Path(member.name), archive.extractfile(member)
            if file and path.suffix == ".csv" and (SEEDS / path).is_file():
                files[path] = file.read()
    return files
