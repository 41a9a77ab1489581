"""Runs the project as its users do: the demo from its command line, the build from dbt's."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from forked_dbt import run_forked

PROJECT = Path(__file__).resolve().parents[2]
DBT = Path(sys.executable).with_name("dbt")
SHARED_DATA = PROJECT.parent / "shared" / "data"
SHARED = Path()  # what tests of a run share, in whichever process they are; conftest.py says where


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code and all that it printed."""

    code: int
    text: str


def run(*command: str | Path, **environment: str) -> Outcome:
    """Run a command from the project's folder; options and .py files are given to Python."""
    first = str(command[0])
    python = [sys.executable] if first.startswith("-") or first.endswith(".py") else []
    done = subprocess.run(
        [*python, *map(str, command)],
        cwd=PROJECT,
        env=_environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return Outcome(done.returncode, done.stdout)


def _environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{PROJECT / 'python'}{os.pathsep}{PROJECT}",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **more,
    }


def make_demo(out: Path, **options: int | float | str | date) -> Path:
    """Generate a small demo company and return the folder of its raw data."""
    given = {"accounts": 40, "months": 10, "events": 60_000, "seed": 11, "dirt": 0.02, **options}
    flags = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    outcome = run("-m", "demo", "--out", out, *flags)
    assert outcome.code == 0, outcome.text
    return out / "raw"


def copy_project(folder: Path, project: Path = PROJECT) -> Path:
    """Copy the project, for a test that edits it, and return the copy's folder."""
    made = shutil.ignore_patterns(".git", ".venv", "data", "warehouse", "target", "logs")
    return shutil.copytree(project, folder, ignore=made)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Folder of this name for all tests of a run to read; who asks first makes what is in it."""
    folder = SHARED / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make(folder)
            (folder / "made").touch()
    return folder


# What may differ between runs on one manifest: dbt asks for it only when it runs a node.
ASKED_AT_RUN_TIME = {"raw_path", "as_of_date", "history_grain", "id_case", "tombstones"}


def parsed(warehouse: str = "warehouse.duckdb", **variables) -> Path:
    """Folder with what dbt parsed the project into, once in a run of the tests.

    dbt writes the warehouse's name into it: call yours like those of other tests.
    """
    settled = {name: value for name, value in variables.items() if name not in ASKED_AT_RUN_TIME}
    given = json.dumps(settled, default=str)

    def parse(target: Path) -> None:
        run(
            *(DBT, "parse", "--vars", given),
            *("--profiles-dir", PROJECT, "--target-path", target, "--log-path", target),
            CUSTOMER_HEALTH_WAREHOUSE=str(target / warehouse),
        )

    return once("parsed_" + hashlib.sha256((warehouse + given).encode()).hexdigest()[:16], parse)


def dbt(
    verb: str,
    warehouse: Path,
    *flags: str,
    project: Path = PROJECT,
    is_edited: bool | None = None,
    **variables,
) -> Outcome:
    """Run a dbt command on a warehouse of the test's own, with these variables.

    dbt parses a copy of the project each time, unless no more than its seeds is edited.
    """
    is_edited = project != PROJECT if is_edited is None else is_edited
    # a copy of the project must not find what dbt remembers of the first
    target = warehouse.with_suffix(".target") if project == PROJECT else project / "target"
    command = [
        *("--no-use-colors", "--log-level-file", "none", *verb.split()),
        *("--project-dir", project, "--profiles-dir", project),
        *("--target-path", target),
        *("--log-path", warehouse.with_suffix(".logs")),
        *("--vars", json.dumps(variables, default=str)),
        *flags,
    ]
    if not (is_edited or verb == "parse"):
        manifest = parsed(warehouse.name, **variables) / "partial_parse.msgpack"
        if manifest.exists():  # not if the variables are wrong
            asked = [str(part) for part in command]
            environment = {
                "DBT_WRITE_JSON": "false",
                "CUSTOMER_HEALTH_WAREHOUSE": str(warehouse),
                # two would take turns in one Python, and the other processor has tests of its own
                "CUSTOMER_HEALTH_THREADS": "1",
            }
            return Outcome(*run_forked(manifest, project, asked, _environment(**environment)))
    return run(DBT, *command, CUSTOMER_HEALTH_WAREHOUSE=str(warehouse))


def build(warehouse: Path, *flags: str, **variables) -> Path:
    """Build a warehouse and return it; fail with what dbt said if it cannot be built."""
    # unit tests say nothing about data, and have a test of their own
    outcome = dbt("build", warehouse, "--exclude-resource-type", "unit_test", *flags, **variables)
    assert outcome.code == 0, outcome.text
    return warehouse


def select(*nodes: str) -> tuple[str, ...]:
    """Flags of a build that makes no more than these, and tests no data."""
    return ("--select", *nodes, "--exclude-resource-type", "test", "unit_test")


def query(warehouse: Path, sql: str) -> list[tuple]:
    """Rows of a query on a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def differences(first: Path, second: Path, select: str) -> list[tuple]:
    """Rows that a select gives on one of two warehouses and not on the other (at most 20)."""
    with duckdb.connect() as connection:
        found = []
        for name, path in (("first_file", first), ("second_file", second)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for here, there in (("first_file", "second_file"), ("second_file", "first_file")):
            connection.execute(f"use {here}")
            connection.execute(f"create or replace temp table here as {select}")
            connection.execute(f"use {there}")
            connection.execute(f"create or replace temp table there as {select}")
            found += [
                (here, *row)
                for row in connection.execute(
                    "select * from temp.here except all select * from temp.there limit 10"
                ).fetchall()
            ]
        return found
