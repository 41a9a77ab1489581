"""Runs `dbt build` as a child of this process and shows how far it is."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from customer_health.plan import PROJECT
from customer_health.progress import ITS_OWN, Progress

# Of a variable of dbt: a vendor, or several, of each source; numbers of days.
Variable = str | bool | list[int] | Mapping[str, list[str]]


class Failure(Exception):
    """A build that began and went wrong; the message says how."""


def run_dbt(
    state: Path,
    folder: Path,
    flags: Sequence[str],
    variables: Mapping[str, Variable],
    lock: int,
    project: Path = PROJECT,
    **environment: str,
) -> Progress:
    """Run `dbt build` in a file, with dbt's own files in target/ and logs/ of a folder.

    The project is another than this one where a copy has seeds of its own.

    Raises:
        Failure: A model or a test failed; with what dbt said.
    """
    # A target folder for each file: two builds would write into each other's files, and dbt
    # parses all over again where it finds what another warehouse left.
    command = [str(Path(sys.executable).with_name("dbt")), "--log-format", "json"]
    # its debug log takes time at each node, and what went wrong is printed
    command += ["--no-use-colors", "--log-level-file", "info"]
    command += ["build", "--project-dir", str(project)]
    command += ["--profiles-dir", str(project), "--target", "prod", "--vars", json.dumps(variables)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), *flags]
    started = time.monotonic()
    progress = Progress()
    with subprocess.Popen(
        command,
        cwd=project,
        env={
            **os.environ,
            "CUSTOMER_HEALTH_WAREHOUSE": str(state),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        pass_fds=[lock],  # should it outlive this process, nobody else builds meanwhile
        preexec_fn=die_with_parent,
    ) as dbt:
        for line in dbt.stdout or ():
            progress.read(line)
    progress.end()
    if dbt.returncode:
        messages = [*(progress.failures or progress.unknown_lines)]
        if not any(ITS_OWN in message for message in messages):
            messages.append(f"{'failed':<12} after {time.monotonic() - started:.0f} s")
        raise Failure("\n".join(messages))
    return progress


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends; Linux only, elsewhere the lock waits.

    Runs in the child, before dbt does.
    """
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
