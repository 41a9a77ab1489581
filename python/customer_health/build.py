"""Runs `dbt build` for people: a line per step, the whole message if it fails, then what there is.

Run as `python -m customer_health.build`, which `make build` does.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from customer_health.policy import policy_problems

PROJECT = Path(__file__).resolve().parents[2]
DEMO_RAW_PATH = PROJECT / "data" / "demo" / "raw"
MIN_FREE_BYTES = 1_000_000_000

# What a build is made of, beside the raw data.
INPUTS = (
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
    "macros",
    "models",
    "python",
    "seeds",
    "snapshots",
    "tests/generic",
    "tests/singular",
)

# dbt's log events, by name, that make up the account of a failure.
FAILURES = (
    "MainEncounteredError",
    "MainStackTrace",
    "RunResultFailure",
    "RunResultError",
    "RunResultErrorNoMessage",
    "SQLCompiledPath",
)
WARNINGS = ("JinjaLogWarning", "RunResultWarning", "RunResultWarningMessage")
RESULTS = ("LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogTestResult")


class CannotBuild(Exception):
    """The build cannot start; the message says what is wrong and how to mend it."""


def main() -> int:
    """Build, and give the exit code: 0 built or nothing to do, 1 dbt failed, 2 it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.build", description=__doc__)
    parser.add_argument("--raw-path", type=Path, help="folder of raw data (default: demo data)")
    parser.add_argument("--as-of-date", help="newest day to score (default: the data's newest)")
    parser.add_argument("--warehouse", type=Path, required=True, help="DuckDB file to build into")
    parser.add_argument(
        "--unless-unchanged", action="store_true", help="do nothing if no input has changed"
    )
    given = parser.parse_args()
    warehouse = given.warehouse.absolute()
    stamp = warehouse.with_name(f"{warehouse.name}.built")
    raw_path = given.raw_path.absolute() if given.raw_path else DEMO_RAW_PATH
    variables = {"raw_path": str(raw_path)} if given.raw_path else {}
    if given.as_of_date:
        variables["as_of_date"] = given.as_of_date

    try:
        check_warehouse(warehouse)
        if given.unless_unchanged and stamp.exists():
            if stamp.read_text(encoding="utf-8") == fingerprint(raw_path, variables, warehouse):
                print(f"{'warehouse':<12} unchanged: no input has changed since it was built")
                print_summary(warehouse)
                return 0
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 2

    # dbt reads the seeds before it lets the project check them, and stumbles over a damaged one
    errors, _ = policy_problems(PROJECT / "seeds" / "policy")
    if errors:
        print("Nothing was built. To mend first:", *errors, sep="\n- ", file=sys.stderr)
        return 2

    stamp.unlink(missing_ok=True)
    if not run_dbt(variables, warehouse):
        return 1
    stamp.write_text(fingerprint(raw_path, variables, warehouse), encoding="utf-8")
    print_summary(warehouse)
    return 0


def check_warehouse(warehouse: Path) -> None:
    """Check that the warehouse can be written.

    Raises:
        CannotBuild: The folder is not writable or its disk is full, or the file is in use or not
            a DuckDB file of a version that this DuckDB reads.
    """
    folder = warehouse.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        raise CannotBuild(
            f"{folder}: nothing can be written there ({problem.strerror}). Mend: allow writing, or"
            " name another file with WAREHOUSE=..."
        ) from problem
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise CannotBuild(
            f"{folder}: only {free / 1e9:.1f} GB are free. Mend: free at least"
            f" {MIN_FREE_BYTES / 1e9:.0f} GB, or name a file on another disk with WAREHOUSE=..."
        )
    if warehouse.exists():
        try:
            duckdb.connect(str(warehouse)).close()
        except duckdb.Error as problem:
            raise CannotBuild(
                f"{warehouse}: cannot be opened ({problem}). Mend: close the program that has it"
                " open; if none has, move the file away."
            ) from problem


def fingerprint(raw_path: Path, variables: dict[str, str], warehouse: Path) -> str:
    """Sum up all that a build depends on, and the warehouse it made, as one text."""
    digest = hashlib.sha256(json.dumps([str(raw_path), variables]).encode())
    for name in INPUTS:
        for path in _files(PROJECT / name):
            digest.update(str(path.relative_to(PROJECT)).encode())
            digest.update(path.read_bytes())
    for path in (*_files(raw_path), warehouse):
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for below in sorted(path.rglob("*")):
        if below.is_file() and "__pycache__" not in below.parts:
            yield below


def run_dbt(variables: dict[str, str], warehouse: Path) -> bool:
    """Run `dbt build`, showing how far it is; True if it went well."""
    dbt_program = Path(sys.executable).with_name("dbt")
    command = [str(dbt_program), "--log-format", "json", "--no-use-colors"]
    command += ["build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--vars", json.dumps(variables)]
    # they test the project, not the data: `make test` runs them
    command += ["--exclude-resource-type", "unit_test"]
    environment = {
        **os.environ,
        "CUSTOMER_HEALTH_WAREHOUSE": str(warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    started = time.monotonic()
    progress = Progress()
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as dbt:
        for line in dbt.stdout:
            progress.read(line)
    progress.end()

    seconds = time.monotonic() - started
    if dbt.returncode == 0:
        print(f"{'warehouse':<12} built, {progress.counted()} ({seconds:.0f} s)")
        return True
    for message in progress.failures or progress.unknown_lines:
        print(message, file=sys.stderr)
    print(f"{'warehouse':<12} failed after {seconds:.0f} s", file=sys.stderr)
    return False


class Progress:
    """Reads dbt's log lines: shows the steps, keeps the messages that matter.

    On a terminal one line is overwritten; elsewhere there is one line for each layer begun.
    """

    def __init__(self) -> None:
        """Begin with nothing done."""
        self.failures: list[str] = []
        self.unknown_lines: list[str] = []
        self.done: dict[str, int] = {}
        self.layers: set[str] = set()
        self.total = 0
        self.overwrites = sys.stdout.isatty()

    def read(self, line: str) -> None:
        """Take in one line of the log."""
        try:
            event = json.loads(line)
            name, message = event["info"]["name"], event["info"]["msg"]
            data = event["data"]
        except (ValueError, KeyError, TypeError):
            self.unknown_lines.append(line.rstrip())
            return
        self.total = data.get("total", self.total) if name == "LogStartLine" else self.total
        if name in RESULTS:
            self._step(data)
        elif name in WARNINGS or name in FAILURES:
            text = _without_frames(message)
            if name in WARNINGS:
                self._show(f"{'warning':<12} {text}\n")
            elif text and text not in self.failures:
                self.failures.append(text)

    def end(self) -> None:
        """Leave the terminal with an empty line to write on."""
        self._show("")

    def counted(self) -> str:
        """Say how many nodes of each kind were run."""
        return ", ".join(
            f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in self.done.items()
        )

    def _step(self, data: dict) -> None:
        node = data["node_info"]
        self.done[node["resource_type"]] = self.done.get(node["resource_type"], 0) + 1
        number = sum(self.done.values())
        place = f"[{number:>{len(str(self.total))}}/{self.total}]"
        layer = "tests" if node["resource_type"] == "test" else node["node_path"].split("/")[0]
        if self.overwrites:
            text = f"{place} {node['node_name']} {data['execution_time']:.1f} s"
            self._show(text[: shutil.get_terminal_size().columns - 1])
        elif layer not in self.layers:
            self._show(f"{place} {layer}\n")
        self.layers.add(layer)

    def _show(self, text: str) -> None:
        print(f"\r\033[K{text}" if self.overwrites else text, end="", flush=True)


def _without_frames(message: str) -> str:
    """Leave out the lines in which dbt says which macro called which."""
    lines = [line for line in message.splitlines() if not line.lstrip().startswith("> ")]
    return "\n".join(lines).strip()


def print_summary(warehouse: Path) -> None:
    """Say what the warehouse holds, and what one may do next."""
    place = warehouse.relative_to(Path.cwd()) if warehouse.is_relative_to(Path.cwd()) else warehouse
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        bands = connection.execute(
            """
            select band, count(*), sum(arr)
            from marts.account_health
            group by band
            order by max(health_score) desc nulls last, band
            """
        ).fetchall()
        as_of_date, absent, stale, covered = connection.execute(
            """
            select
                max(as_of_date), max(absent_sources), max(stale_sources), max(scorecard_coverage)
            from marts.account_health
            """
        ).fetchone()
        quarantined = connection.execute(
            "select count(*) from marts.fct_quarantined_rows"
        ).fetchone()[0]
    accounts = sum(number for _, number, _ in bands)
    print()
    print(f"{accounts:,} accounts as of {as_of_date}:")
    for band, number, arr in bands:
        money = f"  ARR {arr:>14,.0f}" if arr else ""
        print(f"  {band.replace('_', ' '):<20} {number:>8,} {number / accounts:>6.0%}{money}")
    if absent:
        print(f"Absent sources: {absent}; what they would tell is unknown, and coverage says so.")
    if stale:
        print(f"Stale or small: {stale}; intermediate.int_sources__freshness says why.")
    if covered is not None and covered < 0.5:
        print(
            f"The scores rest on {covered:.0%} of the scorecard's weight: little more than a hint."
        )
    if quarantined:
        print(f"{quarantined:,} raw rows were not accepted: marts.fct_quarantined_rows says why.")
    print(f"Warehouse:  {place} (any DuckDB client; begin with marts.account_health)")
    print("Next:       change a number in seeds/policy and run `make build` again;")
    print("            `make build RAW_PATH=folder` for your own data; `make docs`; `make test`")


if __name__ == "__main__":
    sys.exit(main())
