"""Runs dbt's unit tests on a copy of what the last build left, in two processes.

Usage: python tests/unit_tests.py WAREHOUSE
"""

import gc
import multiprocessing
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner

from customer_health import publications

# Near half of all tests are those of metrics.
METRICS = "path:models/intermediate/metrics"
PARTS = {"metrics": ("--select", METRICS), "others": ("--exclude", METRICS)}


def run_part(part: str, warehouse: str) -> None:
    """Run a part of the tests; exits with 1 if one fails."""
    sys.path.append(str(Path(__file__).with_name("python")))
    import quick_dbt

    quick_dbt.install()
    # it would walk the manifest again and again; a part leaves less than a gigabyte
    gc.disable()
    folder = Path("target") / f"unit_tests_{part}"
    if publications.main(["--warehouse", warehouse, "copy-state", str(folder)]):
        sys.exit(1)
    os.environ["CUSTOMER_HEALTH_WAREHOUSE"] = str(folder / "state.duckdb")
    flags = ("--quiet", "--no-write-json", "--log-level-file", "none")
    chosen = ("test", "--resource-type", "unit_test", *PARTS[part])
    places = ("--profiles-dir", ".", "--target-path", str(folder), "--log-path", str(folder))
    sys.exit(not dbtRunner().invoke([*flags, *chosen, *places, "--threads", "1"]).success)


if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    running = [spawn.Process(target=run_part, args=(part, sys.argv[1])) for part in PARTS]
    for process in running:
        process.start()
    for process in running:
        process.join()
    sys.exit(any(process.exitcode for process in running))
