"""The seeds of another version of the policy: from a folder, or from a revision in git."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from customer_health.plan import PROJECT
from customer_health.publication import Refusal

SEEDS = PROJECT / "seeds"


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
