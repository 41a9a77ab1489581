"""A copy of what the last build left, in which models run; the build stays as it is."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health import manifest
from customer_health.dbt_run import Failure, Variable, run_dbt
from customer_health.files import copy_file
from customer_health.lock import take
from customer_health.plan import INPUTS, PROJECT
from customer_health.publication import Publication, Refusal, Warehouse
from customer_health.raw_sources import folder_problems


@dataclass(frozen=True)
class Copy:
    """The copied state of a publication, and the lock that is held while it is worked on."""

    warehouse: Warehouse
    base: Publication
    state: Path
    lock: int
    project: Path = PROJECT

    def run(self, flags: Sequence[str], **variables: Variable) -> None:
        """Run models, for the day of the publication; tests and pages are a build's.

        Raises:
            Failure: A model failed, or the policy does not fit the models.
            Refusal: The raw data is not there any more.
        """
        raw_path = PROJECT / self.base.manifest["raw_data"]["path"]
        for problem in folder_problems(str(raw_path)):
            raise Refusal(f"Nothing was tried. {problem}")
        given: dict[str, Variable] = {
            **manifest.variables_of(self.base.manifest, PROJECT),
            "as_of_date": str(self.base.manifest["as_of_date"]),
            **variables,
        }
        if self.warehouse.tombstones.exists():
            given["tombstones"] = str(self.warehouse.tombstones)
        flags = ["--exclude-resource-type", "test", "unit_test", *flags]
        # dbt parses all over again where it finds what it parsed with other variables
        folder = self.state.parent / "-".join(["dbt", *sorted(variables)])
        run_dbt(self.state, folder, flags, given, self.lock, self.project)

    def beside(self, seeds: Path) -> "Copy":
        """Copy the state once more, in a folder of its own, for a project with other seeds."""
        folder = self.warehouse.trial_folder / "other"
        shutil.rmtree(folder, ignore_errors=True)
        project = copy_project(folder / "project", seeds)
        state = folder / "state.duckdb"
        copy_file(self.base.state, state)
        return Copy(self.warehouse, self.base, state, self.lock, project)


def copy_project(folder: Path, seeds: Path = PROJECT / "seeds") -> Path:
    """Copy what a build reads of the project, with its seeds or others, into a new folder."""
    folder.mkdir(parents=True)
    for name in {Path(given).parts[0] for given in INPUTS}:
        source = seeds if name == "seeds" else PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    return folder


def base_of(warehouse: Warehouse) -> Publication:
    """Give the publication to copy.

    Raises:
        Refusal: There is none.
    """
    base = warehouse.current()
    if base is None or not base.manifest:
        raise Refusal(f"{warehouse}: is no publication that is kept. Fix: run `make build`.")
    return base


def exit_code_of(work: Callable[[], int], warehouse: Warehouse) -> int:
    """Do what works on a copy; whatever goes wrong is said, and leaves the warehouse as it is."""
    try:
        return work()
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Failure, OSError, duckdb.Error) as problem:
        print(problem, f"{warehouse} is as it was.", sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped; {warehouse} is as it was.", file=sys.stderr)
        return 130


@contextmanager
def copied(warehouse: Warehouse, base: Publication) -> Iterator[Copy]:
    """Copy the state of a publication for as long as it is worked on.

    Raises:
        Refusal: There is no room, or another command is at work on a copy.
    """
    warehouse.check_room()
    warehouse.trial_folder.mkdir(exist_ok=True)
    with open(warehouse.trial_folder / "lock", "a+", encoding="utf-8") as lock:
        if holder := take(lock):
            raise Refusal(
                f"{warehouse}: {holder} is at work on a copy. Fix: wait until it is done."
            )
        state = warehouse.trial_folder / "state.duckdb"
        log = state.with_name("state.duckdb.wal")
        try:
            # what a killed run left
            log.unlink(missing_ok=True)
            copy_file(base.state, state)
            yield Copy(warehouse, base, state, lock.fileno())
        finally:
            shutil.rmtree(warehouse.trial_folder / "other", ignore_errors=True)
            state.unlink(missing_ok=True)
            log.unlink(missing_ok=True)
