"""Runs `dbt build` for people and publishes what it built, or nothing.

A build works on a copy of what the last good one left, in a file of its own. Only when every model
and every test has passed do its marts replace the published file (`publication.py`).

Run as `python -m customer_health.build`, which `make build` does. Exit codes: 0 published or
nothing to do, 1 the build failed, 2 it could not start, 130 it was stopped by hand.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from customer_health import manifest
from customer_health.dbt_run import Failure, Variable, run_dbt
from customer_health.export import check_folder, export, exported_id
from customer_health.files import copy_file, is_disk_full
from customer_health.instant_file import hand_over
from customer_health.marts import declared_marts, write_marts
from customer_health.plan import (
    FULL_REFRESH,
    INCREMENTAL,
    PROJECT,
    RESTATED,
    Plan,
    check_day,
    copy_state,
    fingerprint,
    is_unchanged,
    planned,
    published_until,
    refuse_an_untried_scorecard,
    refuse_the_past,
)
from customer_health.policy import seed_problems
from customer_health.progress import Progress
from customer_health.publication import Publication, Refusal, Warehouse, say_not_drawn
from customer_health.raw_sources import folder_problems
from customer_health.vendors import Vendors, chosen_vendors

DEMO_RAW_PATH = PROJECT / "data" / "demo" / "raw"
WEIGHTS_ARE = {"better": "better", "no better shown": "not shown to be better", "worse": "worse"}


@dataclass
class Record:
    """What a build notes of itself while it runs."""

    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def publication_id(self) -> str:
        """The id of what it will publish."""
        return self.started_at.strftime("%Y%m%d-%H%M%S-%f")[:-3]

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of a step."""
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 3)


def main(arguments: list[str] | None = None) -> int:
    """Build and publish as the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.build")
    parser.add_argument("--warehouse", type=Path, required=True, help="DuckDB file to publish")
    parser.add_argument("--raw-path", type=Path, help="folder of raw data (default: demo data)")
    parser.add_argument("--vendors", help="vendors of sources, such as crm=salesforce")
    parser.add_argument("--as-of-date", help="newest day to score (default: the data's newest)")
    parser.add_argument(
        "--unless-unchanged", action="store_true", help="do nothing if no input has changed"
    )
    parser.add_argument("--full-refresh", action="store_true", help="build every table again")
    parser.add_argument(
        "--restate", action="store_true", help="and rewrite history, under today's policy"
    )
    parser.add_argument(
        "--switch-at-once",
        action="store_true",
        help="put a scorecard in production although it was scored for too few days beside it",
    )
    parser.add_argument("--keep", type=int, default=3, help="publications to keep (default: 3)")
    parser.add_argument("--without-pages", action="store_true", help="draw no pages")
    parser.add_argument("--export", type=Path, help="folder for the marts as Parquet as well")
    given = parser.parse_args(arguments)
    warehouse = Warehouse(given.warehouse)
    record = Record()
    try:
        check_arguments(given)
        with warehouse.locked() as lock:
            return build(warehouse, given, record, lock)
    except Refusal as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Failure, RuntimeError, OSError, duckdb.Error) as problem:
        said = str(problem)
        if is_disk_full(problem):
            said = (
                f"{warehouse.folder}: the disk is full. Fix: free some space, or name a file on"
                f" another disk with WAREHOUSE=... ({problem})"
            )
        print(said, what_readers_see(warehouse, record), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", what_readers_see(warehouse, record), file=sys.stderr)
        return 130


def check_arguments(given: argparse.Namespace) -> None:
    """Check what can be checked at once, before anything is written or dbt starts.

    Raises:
        Refusal: A folder or a date is not one.
    """
    if set("?#") & set(str(given.warehouse)):
        # dbt-duckdb reads what follows them as settings
        raise Refusal(
            f"{given.warehouse}: a path with '?' or '#' cannot be built into. Fix: name another"
            " file with WAREHOUSE=..."
        )
    for problem in folder_problems(str(given.raw_path)) if given.raw_path else []:
        raise Refusal(f"Nothing was built. {problem}")
    check_day(given.as_of_date)
    if given.export:
        check_folder(given.export)


def what_readers_see(warehouse: Warehouse, record: Record) -> str:
    """Say what has become of the published file after something went wrong."""
    if warehouse.id_seen() == record.publication_id:
        return f"{warehouse} was published before that."
    return f"Nothing was published; {warehouse} is as it was."


def build(warehouse: Warehouse, given: argparse.Namespace, record: Record, lock: int) -> int:
    """Do one build, holding the lock, and give the exit code."""
    raw_path = given.raw_path.absolute() if given.raw_path else DEMO_RAW_PATH
    variables: dict[str, Variable] = {"raw_path": str(raw_path)} if given.raw_path else {}
    vendors = chosen_vendors(given.vendors, raw_path)
    if vendors is not None:
        variables["vendors"] = vendors
    if given.as_of_date:
        variables["as_of_date"] = given.as_of_date

    if warehouse.tombstones.exists():
        variables["tombstones"] = str(warehouse.tombstones)
    with record.step("checks"):
        # dbt reads the seeds before it lets the project check them, and stumbles over a damaged one
        errors = [*folder_problems(str(raw_path)), *seed_problems(PROJECT / "seeds")[0]]
        if errors:
            raise Refusal("\n- ".join(["Nothing was built. Fix first:", *errors]))
        current = warehouse.current()
        inputs = fingerprint(raw_path, variables, warehouse.tombstones)
        asked = given.full_refresh or given.restate
        may_stay = given.unless_unchanged and not asked
        if current and may_stay and is_unchanged(warehouse, current, inputs):
            print(f"{'warehouse':<12} unchanged: no input has changed since it was built")
            if given.export and exported_id(given.export) != current.id:
                export_marts(warehouse, given.export)
            print_summary(warehouse)
            return 0
        warehouse.check_room()
        plan = planned(warehouse, current, given, raw_path, vendors)
        refuse_the_past(warehouse, plan, given.as_of_date)
        if not given.switch_at_once:
            refuse_an_untried_scorecard(plan)

    with record.step("copy"):
        warehouse.building.mkdir()
        plan = copy_state(warehouse, plan)
        if plan.base:
            hand_over(warehouse, manifest.raw_data_of(raw_path, PROJECT), warehouse.scratch.state)
    if plan.reason:
        print(f"{plan.kind:<12} {plan.reason}")
    if plan.kind == RESTATED:
        variables["restate_history"] = True

    progress = run_build(warehouse, plan, variables, record, lock)
    with record.step("publish"):
        previous = current.id if current else None
        draw = None if given.without_pages else draw_pages
        made = publish(warehouse, plan, previous, raw_path, inputs, progress, record, draw, vendors)
    warehouse.prune(given.keep)
    print(
        f"{'warehouse':<12} published as {made['publication_id']}, {made['kind']}"
        f" ({record.seconds['publish']:.1f} s)"
    )
    if given.export:
        export_marts(warehouse, given.export)
    print_summary(warehouse)
    return 0


def export_marts(warehouse: Warehouse, folder: Path) -> None:
    """Write what readers see as Parquet as well, and say so.

    Raises:
        Failure: It cannot be written; the publication stays.
    """
    try:
        publication_id = export(warehouse, folder)
    except Refusal as problem:
        raise Failure(str(problem)) from problem
    print(f"{'export':<12} publication {publication_id} as Parquet in {folder}")


def run_build(
    warehouse: Warehouse, plan: Plan, variables: dict, record: Record, lock: int
) -> Progress:
    """Run `dbt build` in the file of the build.

    Raises:
        Failure: A model or a test failed; with what dbt said.
    """
    # they test the project, not the data: `make test` runs them
    flags = ["--exclude-resource-type", "unit_test"]
    flags += ["--full-refresh"] if plan.kind in (FULL_REFRESH, RESTATED) else []
    started = time.monotonic()
    progress = run_dbt(warehouse.scratch.state, warehouse.folder, flags, variables, lock)
    ended = time.monotonic()
    first_node_at = progress.first_node_at or ended
    record.seconds["dbt start-up"] = round(first_node_at - started, 3)
    record.seconds["nodes"] = round(ended - first_node_at, 3)
    print(f"{'warehouse':<12} built, {progress.counted()} ({ended - started:.0f} s)")
    return progress


def publish(
    warehouse: Warehouse,
    plan: Plan,
    previous: str | None,
    raw_path: Path,
    inputs: str,
    progress: Progress,
    record: Record,
    draw: Callable[[Publication, Publication | None], None] | None = None,
    vendors: Vendors | None = None,
) -> dict:
    """Publish what dbt built, with its manifest, which is returned.

    `draw` draws the pages of the publication, given the one that it goes on from.

    Raises:
        Failure: The data ends before what is published.
    """
    begun = time.monotonic()
    made = warehouse.scratch
    clock = manifest.clock_of(made.state)
    published = published_until(plan.base) if plan.base else None
    if published and plan.kind != RESTATED and (clock["as_of_date"] or "") < published:
        raise Failure(
            f"The data now ends on {clock['as_of_date']}, before the published {published}. Fix:"
            " deliver what is missing, or rewrite history with RESTATE=1."
        )
    window_start_date = clock["window_start_date"] if plan.kind == INCREMENTAL else None
    if window_start_date and plan.base and plan.base.is_intact:
        copy_file(plan.base.published, made.published)
    row_counts = write_marts(
        made.state, made.published, declared_marts(warehouse.target), window_start_date
    )
    content = {
        "publication_id": record.publication_id,
        **clock,
        "kind": plan.kind,
        "reason": plan.reason,
        "row_counts": row_counts,
        **manifest.contents_of(made.state),
        **manifest.results_of(warehouse.target),
        "warnings": progress.warnings,
        "versions": manifest.versions_of(PROJECT),
        "git": manifest.git_of(PROJECT),
        "code": manifest.code_of(PROJECT),
        "raw_data": manifest.raw_data_of(raw_path, PROJECT),
        "vendors": vendors,
        "erased": manifest.erased_of(warehouse.tombstones),
        "previous": previous,
        "started_at": manifest.utc(record.started_at),
        "finished_at": manifest.utc(datetime.now(UTC)),
        "seconds": {**record.seconds, "publish": round(time.monotonic() - begun, 3)},
    }
    manifest.write_into(made.published, content)
    if draw:
        draw(made, plan.base)
    made.seal(inputs, content)
    warehouse.put_in_place(made)
    return content


def draw_pages(made: Publication, former: Publication | None) -> None:
    """Draw the pages of a publication; without them it is published all the same, and says so."""
    # it takes a second to load, and a build that fails does without it
    from customer_health.pages.site import draw

    made.pages.mkdir()
    try:
        draw(made.published, made.pages, former.pages if former else None)
    except Exception as problem:  # whatever a page stumbles over, the scores come first
        if is_disk_full(problem):
            raise
        shutil.rmtree(made.pages)
        say_not_drawn(problem)


def print_summary(warehouse: Warehouse) -> None:
    """Say what the warehouse holds, and what one may do next."""
    with duckdb.connect(str(warehouse.file), read_only=True) as connection:
        bands = connection.execute(
            """
            select band, count(*), sum(arr)
            from marts.account_health
            group by band
            order by max(health_score) desc nulls last, band
            """
        ).fetchall()
        ((as_of_date, absent, stale, covered),) = connection.execute(
            """
            select
                max(as_of_date), max(absent_sources), max(stale_sources), max(scorecard_coverage)
            from marts.account_health
            """
        ).fetchall()
        evidence = connection.execute(
            """
            select
                score_label, auc, auc_low, n_churned_accounts, inverted_alarm, reasons,
                weights_verdict, weights_evidence
            from marts.fct_score_labels
            where scorecard = (select any_value(scorecard) from marts.account_health)
            order by review_date desc
            limit 1
            """
        ).fetchone()
        refused = dict(
            connection.execute(
                "select refused, count(*) from marts.fct_quarantined_rows group by all"
            ).fetchall()
        )
    accounts = sum(number for _, number, _ in bands)
    print()
    print(f"{accounts:,} accounts as of {as_of_date}:")
    for band, number, arr in bands:
        money = f"  ARR {arr:>14,.0f}" if arr else ""
        print(f"  {band.replace('_', ' '):<20} {number:>8,} {number / accounts:>6.0%}{money}")
    if absent:
        print(f"Absent sources: {absent}; their metrics are unknown, and coverage says so.")
    if stale:
        print(f"Stale or small: {stale}; intermediate.int_monitoring__freshness says why.")
    if covered is not None and covered < 0.5:
        print(
            f"The scores rest on {covered:.0%} of the scorecard's weight: little more than a hint."
        )
    print(_evidence(evidence))
    if refused:
        told = f"{refused.get('row', 0):,} raw rows and {refused.get('cell', 0):,} cells"
        print(f"{told} were not accepted: marts.fct_quarantined_rows says why.")
    if warehouse.pages.exists():
        print(f"Pages:      {warehouse.pages_shown} (open it in a browser)")
    print(f"Warehouse:  {warehouse} (any DuckDB client; begin with marts.account_health)")
    print("Next:       change a number in seeds/policy and run `make build` again;")
    print("            `make start RAW_PATH=folder` for your own data; `make docs`; `make test`")


def _evidence(review: tuple | None) -> str:
    """Say what outcomes tell of the score, from the newest review of the production scorecard."""
    if review is None:
        return "The score is heuristic: no outcome to test it against has matured."
    label, auc, auc_low, churned, alarm, reasons, weights, compared = review
    measured = f"AUC {auc:.2f}, lower limit {auc_low:.2f}; " if auc and auc_low else ""
    lines = [f"The score is {label} ({measured}{churned:,} accounts lost in a year of outcomes)."]
    lines += [f"  {reasons}"] if reasons else []
    if weights:
        lines += [f"Its weights are {WEIGHTS_ARE[weights]} than equal ones: {compared}"]
    if alarm in ("alarm", "watch"):
        lines.insert(0, "WARNING: accounts that are flagged are lost LESS often than the others.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
