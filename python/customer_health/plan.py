"""Decides what a build starts from and how much it does."""

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_health import manifest
from customer_health.build_checks import is_date
from customer_health.files import copy_file, is_disk_full
from customer_health.policy.settings import Settings, committed, threshold
from customer_health.publication import Publication, Refusal, Warehouse

PROJECT = Path(__file__).resolve().parents[2]

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

# Kinds of build, as the manifest has them.
FROM_NOTHING, INCREMENTAL, FULL_REFRESH, RESTATED = (
    "from nothing",
    "incremental",
    "full refresh",
    "restated",
)


class SwitchSettings(Settings):
    """The numbers of the policy that decide when a scorecard may take over."""

    least_shadow_days: float = threshold("least_shadow_days")


@dataclass
class Plan:
    """What a build starts from, what it does, and why."""

    base: Publication | None
    """Publication whose state it starts from; None: from nothing."""
    kind: str
    reason: str = ""
    """Why it does more than an incremental build would; empty: as asked."""


def is_unchanged(warehouse: Warehouse, current: Publication | None, inputs: str) -> bool:
    """Whether a build would publish what is published already."""
    return (
        current is not None
        and current.inputs.get("fingerprint") == inputs
        and current.is_intact
        and current.inputs["file"]
        == [warehouse.file.stat().st_size, warehouse.file.stat().st_mtime_ns]
    )


def planned(
    warehouse: Warehouse,
    current: Publication | None,
    given: argparse.Namespace,
    raw_path: Path,
    vendors: Mapping[str, list[str]] | None = None,
) -> Plan:
    """Choose what to start from and how much to build.

    Raises:
        Refusal: It would start from nothing beside publications whose snapshots it would lose.
    """
    if current is None:
        if kept := warehouse.publications():
            raise Refusal(
                f"{warehouse}: is none of the publications that are kept, and a build from nothing"
                f" would lose their snapshots. Fix: `make rollback TO={kept[0].id}` lets readers"
                " see the newest again, and the next build start there; to begin from nothing,"
                f" move {warehouse.folder} and the file away."
            )
        reason = f"what {warehouse} was built from is not kept" if warehouse.file.exists() else ""
        return Plan(None, FROM_NOTHING, reason)
    made = current.manifest
    if not made:
        # state and snapshots are whole; what they were made of is not known any more
        reason = f"the manifest of publication {current.id} is lost"
        return Plan(current, RESTATED if given.restate else FULL_REFRESH, reason)
    raw, former_raw = manifest.raw_data_of(raw_path, PROJECT), made["raw_data"]
    if raw["path"] == former_raw["path"] and raw["made_by"] != former_raw["made_by"]:
        return Plan(None, FROM_NOTHING, "the raw data was generated again: another company")
    if given.restate:
        return Plan(current, RESTATED)
    if raw["path"] != former_raw["path"]:
        return Plan(
            current, RESTATED, f"the last build read other raw data, in {former_raw['path']}"
        )
    if given.full_refresh:
        return Plan(current, FULL_REFRESH)
    if vendors != made.get("vendors"):
        return Plan(current, FULL_REFRESH, "other vendors are named than for the last build")
    if manifest.erased_of(warehouse.tombstones) != made.get("erased"):
        return Plan(current, FULL_REFRESH, "somebody was erased since the last build")
    code = manifest.code_of(PROJECT)
    changed = [name for name in code if code[name] != made["code"].get(name)]
    if changed:
        return Plan(current, FULL_REFRESH, f"changed since the last build: {', '.join(changed)}")
    return Plan(current, INCREMENTAL)


def refuse_the_past(warehouse: Warehouse, plan: Plan, as_of_date: str | None) -> None:
    """Check that a build does not take back days that are published.

    Raises:
        Refusal: It would.
    """
    if plan.base is None or not as_of_date or plan.kind == RESTATED:
        return
    published = published_until(plan.base)
    if published and as_of_date < published:
        raise Refusal(
            f"{warehouse}: is published as of {published}, and {as_of_date} lies before. Fix: name"
            " another file with WAREHOUSE=..., or rewrite history with RESTATE=1."
        )


def refuse_an_untried_scorecard(plan: Plan) -> None:
    """Check that enough days of scores are known of a scorecard which takes over.

    Days that were scored in retrospect count.

    Raises:
        Refusal: It has not; whoever wants it all the same asks for it.
    """
    if plan.base is None or plan.kind == RESTATED:
        return
    roles = committed("scorecards.csv", "role")
    (chosen,) = (name for name, role in roles.items() if role == "production")
    least_days = SwitchSettings().least_shadow_days
    with duckdb.connect(str(plan.base.state), read_only=True) as connection:
        ((former, days),) = connection.execute(
            """
            select
                max_by(scorecard, as_of_date) filter (scorecard_role = 'production'),
                count(distinct as_of_date) filter (scorecard = $1)
            from marts.fct_health_scores
            """,
            [chosen],
        ).fetchall()
    if former in (None, chosen) or days >= least_days:
        return
    raise Refusal(
        f"Nothing was built. seeds/policy/scorecards.csv: {chosen} is to take over from {former},"
        f" and {days} days of its scores are known where least_shadow_days asks for"
        f" {least_days:g}."
        " Fix: give it the role challenger or shadow, run `make build` and look at how the two"
        " compare; or let it take over at once with `make build SWITCH=1`."
    )


def published_until(publication: Publication) -> str | None:
    """The newest as-of date of a publication, from its scores if its manifest is lost."""
    if publication.manifest:
        return publication.manifest["as_of_date"]
    newest = "select cast(max(as_of_date) as varchar) from marts.fct_health_scores"
    with duckdb.connect(str(publication.state), read_only=True) as connection:
        return connection.execute(newest).fetchall()[0][0]


def copy_state(warehouse: Warehouse, plan: Plan) -> Plan:
    """Copy the state that the build starts from; without one that can be read, build all."""
    if plan.base is None:
        return plan
    state = warehouse.scratch.state
    try:
        copy_file(plan.base.state, state)
        duckdb.connect(str(state)).close()
    except (OSError, duckdb.Error) as problem:
        if is_disk_full(problem):
            raise
        state.unlink(missing_ok=True)
        reason = f"the state of publication {plan.base.id} cannot be read ({problem})"
        return Plan(None, FROM_NOTHING, reason)
    return plan


def fingerprint(raw_path: Path, variables: Mapping[str, object], tombstones: Path) -> str:
    """Sum up all that a build depends on as one text."""
    told = [str(raw_path), variables, manifest.erased_of(tombstones)]
    digest = hashlib.sha256(json.dumps(told).encode())
    for name in INPUTS:
        for path in _files(PROJECT / name):
            digest.update(str(path.relative_to(PROJECT)).encode())
            digest.update(path.read_bytes())
    for path in _files(raw_path):
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()


def check_day(as_of_date: str | None) -> None:
    """Check the day that a person asks for, if any.

    Raises:
        Refusal: It is no day.
    """
    if as_of_date and not is_date(as_of_date):
        raise Refusal(f"AS_OF_DATE={as_of_date}: is no day. Fix: write it as 2026-06-30.")


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for below in sorted(path.rglob("*")):
        if below.is_file() and "__pycache__" not in below.parts:
            yield below
