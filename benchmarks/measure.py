"""Runs a program and says how long it took and how much memory; reads what dbt says of a build."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

NODE_KINDS = ("model", "seed", "snapshot", "test")


class Failed(Exception):
    """A program that was to be measured did not end well; the message says which and why."""


@dataclass(frozen=True)
class Ended:
    """A program that ended well: when it started (seconds since 1970), how long, peak memory."""

    started: float
    seconds: float
    peak_bytes: int
    text: str


def run(command: list, log: Path, limit: float = 3600, **environment: str) -> Ended:
    """Run a program from the project's folder, alone; its output goes to `log`.

    Raises:
        Failed: It ended with an error, or was stopped after `limit` seconds.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    os.sync()  # what was written before shall not be paid for by what is measured
    started = time.time()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=PROJECT,
            env={
                **os.environ,
                "PYTHONPATH": f"{PROJECT / 'python'}{os.pathsep}{PROJECT}",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                **environment,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        timer = threading.Timer(limit, process.kill)
        timer.start()
        # wait4 gives the memory of this one program, not of the largest so far
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.time() - started
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        why = f"stopped after {limit:.0f} s" if seconds >= limit else text[-2000:].strip()
        raise Failed(f"{' '.join(map(str, command[:4]))} ...: {why} (all of it: {log})")
    in_bytes = 1 if sys.platform == "darwin" else 1024
    return Ended(started, seconds, usage.ru_maxrss * in_bytes, text)


def run_python(module: str, *options, log: Path, limit: float = 3600) -> tuple[Ended, dict]:
    """Run a module that prints one line of JSON last; that line as well."""
    ended = run([sys.executable, "-m", module, *options], log, limit)
    return ended, json.loads(ended.text.splitlines()[-1])


def build(
    warehouse: Path, raw: Path, *flags: str, project: Path = PROJECT, **variables: str
) -> dict:
    """Run `dbt build` with one thread, so that one node runs at a time; what it took.

    The keys are those of README.md; all times in seconds, all sizes in bytes.
    """
    target = warehouse.with_suffix(".target")
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    ended = run(
        [
            *(Path(sys.executable).with_name("dbt"), "--no-use-colors", "build"),
            *("--project-dir", project, "--profiles-dir", project, "--threads", "1"),
            *("--target-path", target, "--log-path", warehouse.with_suffix(".logs")),
            *("--exclude-resource-type", "unit_test", "exposure"),
            *("--vars", json.dumps({"raw_path": str(raw), **variables})),
            *flags,
        ],
        warehouse.with_suffix(".log"),
        CUSTOMER_HEALTH_WAREHOUSE=str(warehouse),
    )
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    took = timings(json.loads(results.read_text(encoding="utf-8")), manifest, ended.started)
    return {
        **took,
        "process": ended.seconds,
        "peak_bytes": ended.peak_bytes,
        "warehouse_bytes": warehouse.stat().st_size,
    }


def timings(results: dict, manifest: dict, started: float) -> dict:
    """Times of one build from dbt's run_results.json and manifest.json."""
    by_node: dict[str, float] = {}
    by_kind: dict[str, float] = defaultdict(float)
    tests: list[float] = []
    begins, ends = [], []
    for result in results["results"]:
        kind = result["unique_id"].split(".")[0]
        at = {part["name"]: part for part in result["timing"]}
        if "execute" not in at:
            continue
        # a hook does its work while it is compiled
        first = at["compile" if kind == "operation" else "execute"]
        seconds = _clock(at["execute"]["completed_at"]) - _clock(first["started_at"])
        by_node[result["unique_id"]] = seconds
        by_kind[kind] += seconds
        if kind in NODE_KINDS:
            begins.append(min(_clock(part["started_at"]) for part in result["timing"]))
        if kind == "test":
            tests.append(result["execution_time"])
        ends.append(_clock(at["execute"]["completed_at"]))
    engine = max(ends) - min(begins)
    nodes = sum(seconds for kind, seconds in by_kind.items() if kind in NODE_KINDS)
    usage = _between(manifest, "source.customer_health.product.events", "int_usage__metrics")
    return {
        "startup": min(begins) - started,
        "engine": engine,
        "nodes": nodes,
        "between_nodes": engine - nodes,
        "per_test": statistics.median(tests) if tests else None,
        "usage_models": sum(seconds for node, seconds in by_node.items() if node in usage),
        "by_kind": dict(by_kind),
        "by_node": {node.split(".", 2)[-1]: seconds for node, seconds in by_node.items()},
    }


def _clock(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _between(manifest: dict, source: str, model: str) -> set[str]:
    """The models on the way from a source to a model, that model included."""
    parents, children = manifest["parent_map"], manifest["child_map"]
    last = next(node for node in manifest["nodes"] if node.endswith(f".{model}"))
    return {
        node
        for node in _reached(source, children) & (_reached(last, parents) | {last})
        if node.startswith("model.")
    }


def _reached(start: str, neighbours: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = set(neighbours.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return found
