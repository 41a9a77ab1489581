"""The account of a build: what it was made of, what it holds, how long each part took.

It is a file beside each publication and beside the published file, and the table
`marts.publication` inside it. Here, and nowhere in the models, is where the wall clock is read.
"""

import hashlib
import json
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import yaml

from customer_health.marts import published_file

# Variables that say which data to read up to when, not how to compute.
DATA_VARIABLES = ("raw_path", "as_of_date", "restate_history")


def utc(moment: datetime) -> str:
    """Write a moment as the manifest has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def code_of(project: Path) -> dict[str, str]:
    """Fingerprints and versions of all that makes rows of old dates come out differently.

    The numbers of the policy are not among them: they hold from the build that first has them.
    """
    settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    headers = {
        str(path.relative_to(project)): path.open(encoding="utf-8").readline().strip()
        for path in sorted((project / "seeds").rglob("*.csv"))
    }
    settled = {
        name: value for name, value in settings["vars"].items() if name not in DATA_VARIABLES
    }
    return {
        "models": _digest(project, "models"),
        "macros": _digest(project, "macros"),
        "weights": _digest(project, "python/customer_health/weights"),
        "validation": _digest(project, "python/customer_health/validation"),
        "columns of seeds": _sum(headers),
        "variables": _sum(settled),
        **{name: version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")},
    }


def _digest(project: Path, folder: str) -> str:
    return _sum(
        {
            str(path.relative_to(project)): path.read_text(encoding="utf-8")
            for path in sorted((project / folder).rglob("*"))
            if path.suffix in (".sql", ".py", ".yml")
        }
    )


def _sum(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()[:16]


def raw_data_of(raw_path: Path, project: Path) -> dict[str, str | None]:
    """Which raw data it is: the folder and, if it was generated, a fingerprint of what made it."""
    made_by = raw_path.parent / "made_by"
    return {
        "path": str(
            raw_path.relative_to(project) if raw_path.is_relative_to(project) else raw_path
        ),
        "made_by": hashlib.sha256(made_by.read_bytes()).hexdigest()[:16]
        if made_by.is_file()
        else None,
    }


def variables_of(made: dict, project: Path) -> dict[str, Any]:
    """Variables of dbt that say which raw data a build has read, and how, by its manifest."""
    read = {"raw_path": str(project / made["raw_data"]["path"])}
    return read if made.get("vendors") is None else read | {"vendors": made["vendors"]}


def erased_of(tombstones: Path) -> str | None:
    """A fingerprint of who was erased, without naming them; None for nobody."""
    if not tombstones.exists():
        return None
    return hashlib.sha256(tombstones.read_bytes()).hexdigest()[:16]


def versions_of(project: Path) -> dict[str, str]:
    """Versions of the project and of what it runs on."""
    settings = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    return {
        "project": settings["version"],
        "dbt": version("dbt-core"),
        "dbt-duckdb": version("dbt-duckdb"),
        "duckdb": version("duckdb"),
        "python": platform.python_version(),
    }


def git_of(project: Path) -> dict[str, str | bool] | None:
    """Commit of the project's code and whether files differ from it; None outside git."""
    try:
        commit, changes = (
            subprocess.run(
                ["git", "-C", str(project), *command],
                capture_output=True,
                encoding="utf-8",
                check=True,
            ).stdout.strip()
            for command in (("rev-parse", "HEAD"), ("status", "--porcelain", "--", "."))
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return {"commit": commit, "is_dirty": bool(changes)}


def results_of(target: Path) -> dict:
    """Test counts by outcome, and seconds per node, of dbt's last run by its target folder."""
    path = target / "run_results.json"
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    tests = Counter(
        result["status"] for result in results if result["unique_id"].startswith("test.")
    )
    return {
        "tests": dict(tests),
        "node_seconds": {
            result["unique_id"]: round(result["execution_time"], 3) for result in results
        },
    }


def clock_of(state: Path) -> dict[str, str | None]:
    """The newest as-of date of a build, and the first date that it may have changed."""
    with duckdb.connect(str(state), read_only=True) as connection:
        clock = connection.sql("select * from staging.stg_calendar__clock")
        (row,) = (dict(zip(clock.columns, row, strict=True)) for row in clock.fetchall())
    return {
        name: str(row[name]) if row.get(name) else None
        for name in ("as_of_date", "window_start_date")
    }


def contents_of(state: Path) -> dict:
    """What a build says of itself: the policy in force, and the sources that are not fresh."""
    with duckdb.connect(str(state), read_only=True) as connection:
        ((policy_version, weights_version),) = connection.execute(
            """
            select any_value(policy_version), any_value(weights_version)
            from marts.fct_health_scores
            where
                scorecard_role = 'production'
                and as_of_date = (select as_of_date from staging.stg_calendar__clock)
            """
        ).fetchall()
        stale = connection.execute(
            """
            select source_name, status
            from intermediate.int_monitoring__freshness
            where status <> 'ok'
            order by source_name
            """
        ).fetchall()
    return {
        "policy_version": policy_version,
        "weights_version": weights_version,
        "stale_sources": [{"source_name": name, "status": status} for name, status in stale],
    }


def write_into(published: Path, manifest: dict) -> None:
    """Write the manifest into a file as the one row of `marts.publication`."""
    columns = {
        "publication_id": "varchar",
        "as_of_date": "date",
        "window_start_date": "date",
        "kind": "varchar",
        "policy_version": "varchar",
        "weights_version": "varchar",
        # UTC; clients need a library of their own to show a timestamptz
        "started_at": "timestamp",
        "finished_at": "timestamp",
    }
    picked = ", ".join(
        f"cast(manifest ->> '{name}' as {data_type}) as {name}"
        for name, data_type in columns.items()
    )
    with published_file(published) as connection:
        connection.execute(
            "create or replace table published.marts.publication as"
            f" select {picked}, manifest from (select cast($1 as varchar) as manifest)",
            [json.dumps(manifest, ensure_ascii=False)],
        )
        connection.execute(
            "comment on table published.marts.publication is"
            " 'The account of the build that made this file (times in UTC), whole in manifest as"
            " JSON. Grain: one row.'"
        )
