"""Runs dbt on a manifest made before, in a fork of a process that has it and dbt's libraries.

To parse the project and to import what dbt needs is more than half of what a small build costs.
"""

import multiprocessing
import os
import sys
import tempfile
from multiprocessing import forkserver
from pathlib import Path
from unittest import mock


def run_forked(
    manifest: Path, project: Path, arguments: list[str], environment: dict[str, str]
) -> tuple[int, str]:
    """Run dbt as its command line does, and return its exit code and what it printed.

    Args:
        manifest: As dbt keeps it for its next start (partial_parse.msgpack).
        project: Folder of the project; its seeds may be others than when it was parsed.
        arguments: Those of dbt's command line.
        environment: The whole environment. dbt writes its JSON files only with --write-json: the
            manifest's takes longer than ten models.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["loaded_dbt"])
    # it starts once, and most builds of a test run are on one manifest
    given = {"MANIFEST_AT_HAND": str(manifest), "PYTHONPATH": os.pathsep.join(sys.path)}
    with mock.patch.dict(os.environ, given):
        forkserver.ensure_running()
    with tempfile.NamedTemporaryFile() as output:
        process = server.Process(
            target=_run, args=(manifest, project, arguments, environment, output.name)
        )
        process.start()
        process.join()
        return process.exitcode, Path(output.name).read_text(encoding="utf-8")


def _run(
    manifest: Path, project: Path, arguments: list[str], environment: dict[str, str], output: str
) -> None:
    """What the fork does; exits with dbt's code."""
    # here, so that the process that asks for the fork need not load them
    import loaded_dbt
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.chdir(project)
    os.environ.clear()
    os.environ.update(environment)
    with open(output, "wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    read = loaded_dbt.get(manifest, project)
    outcome = dbtRunner(manifest=read).invoke(arguments)
    if outcome.exception is not None:
        print(outcome.exception)
    # a fork ends without it, and would leave a part of the warehouse in a file beside it
    DuckDBConnectionManager.close_all_connections()
    sys.exit(0 if outcome.success else 2 if outcome.exception else 1)
