"""Checks the policy's files and tries them on a copy of the last build, which stays as it is.

First, in a second: every error with file, row and fix. Then what has changed since the last build,
and what that does to scores, bands and flags on its newest day, just as the next build would have
it. Last, how the year with known outcomes would have gone had this policy been in force all along.
It may be stopped at any time.

Run as `python -m customer_health.trial`, which `make policy` does. Exit codes as of a build.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from customer_health import manifest
from customer_health.instant_file import hand_over
from customer_health.plan import PROJECT
from customer_health.policy import seed_problems
from customer_health.policy.decisions import note
from customer_health.publication import Warehouse
from customer_health.trial.changes import changed_rows
from customer_health.trial.copies import Copy, base_of, copied, exit_code_of
from customer_health.trial.effects import (
    Comparison,
    Year,
    moves,
    policy_version,
    write_changes,
)
from customer_health.trial.firings import show_firings
from customer_health.trial.versions import SEEDS, completed, other_seeds

SHOWN_ACCOUNTS = 5
# All that scores of all days are made of and judged by, and no reports.
OF_THE_YEAR = ["+fct_health_scores", "+fct_outcomes"]


def main(arguments: list[str] | None = None) -> int:
    """Check and try the policy as the command line says, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.trial")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    parser.add_argument("--check-only", action="store_true", help="check the files, try nothing")
    parser.add_argument("--reason", help="why: notes the decision in policy_changes.csv")
    parser.add_argument("--against", help="another version: a folder or a revision of git")
    parser.add_argument("--by", help="who decides, with --reason")
    given = parser.parse_args(arguments)
    if given.check_only and given.reason:
        parser.error("CHECK=1 tries nothing, so there is nothing to note with REASON=...")
    if given.against and (given.check_only or given.reason):
        parser.error("AGAINST=... compares two versions: leave CHECK=1 and REASON=... out")
    begun = time.monotonic()
    errors, warnings = seed_problems(SEEDS)
    for warning in warnings:
        print(f"{'warning':<12} {warning}")
    if errors:
        print("\n- ".join(["The policy cannot be used. Fix first:", *errors]), file=sys.stderr)
        return 1
    print(f"{'policy':<12} checked, no error ({time.monotonic() - begun:.1f} s)", flush=True)
    if given.check_only:
        return 0
    warehouse = Warehouse(given.warehouse)

    def work() -> int:
        if given.against:
            return compare(warehouse, given.against)
        return try_out(warehouse, given.reason, given.by)

    return exit_code_of(work, warehouse)


def try_out(warehouse: Warehouse, reason: str | None, decided_by: str | None) -> int:
    """Say what has changed since the last build and what that does; with a reason, note it."""
    base = warehouse.current()
    if base is None or not base.manifest:
        print(f"{'changes':<12} unknown: {warehouse} is no publication that is kept")
        print("Next:       `make build` makes one; from then on `make policy` can tell")
        say_not_noted(reason)
        return 0
    changes = changed_rows(SEEDS, base.state)
    if not changes:
        print(f"{'changes':<12} none since the last build ({base.id})")
        say_not_noted(reason)
        return 0
    print(f"{'changes':<12} since the last build ({base.id}):")
    for change in changes:
        print(f"  {change}")
    if manifest.code_of(PROJECT) != base.manifest["code"]:
        print("The project itself has changed as well; what follows shows both.")
    with copied(warehouse, base) as copy:
        expected = forecast(copy, base.state)
        expected |= look_back(copy, base.state, "as published")
        show_firings(base.state, "as published", [copy])
    if reason:
        decision = {
            "decided_on": f"{datetime.now(UTC):%Y-%m-%d}",
            "decided_by": decided_by or "unknown",
            "reason": " ".join(reason.split()),
            **expected,
        }
        note(SEEDS / "policy" / "policy_changes.csv", decision)
        print(f"{'decision':<12} noted in seeds/policy/policy_changes.csv")
    print("Next:       `make build` puts it in force; nothing has changed until then")
    return 0


def compare(warehouse: Warehouse, against: str) -> int:
    """Say what this policy and another version of it come to on the same history."""
    base = base_of(warehouse)
    with TemporaryDirectory() as folder:
        seeds = other_seeds(against, Path(folder) / "seeds")
        later = completed(seeds)
        errors, _ = seed_problems(seeds)
        if errors:
            print(cannot_be_used(against, errors), file=sys.stderr)
            return 1
        if later:
            print(f"{'note':<12} what came after {against} is taken from seeds/:")
            print("\n".join(f"  {what}" for what in later))
        changes = changed_rows(SEEDS, seeds)
        print(
            f"{'changes':<12} {'' if changes else 'none '}since {against}{':' if changes else ''}"
        )
        for change in changes:
            print(f"  {change}")
        if not changes:
            return 0
        with copied(warehouse, base) as copy:
            other = copy.beside(seeds)
            score_newest(other)
            forecast(copy, other.state)
            score_year(other)
            look_back(copy, other.state, against)
            show_firings(other.state, against, [copy, other])
    print("Nothing has changed: `make build` puts what lies in seeds/ in force")
    return 0


def cannot_be_used(against: str, errors: list[str]) -> str:
    """Say why another version cannot be used; of a revision nothing can be mended in its place."""
    said = [error.removeprefix("seeds/") for error in errors]
    if not Path(against).is_dir():
        said = [error.partition(" Fix: ")[0] for error in said]
        said.append(
            f"Fix: lay it out with `git archive {against} seeds | tar -x -C folder`, mend it there,"
            " and compare with AGAINST=folder."
        )
    return "\n- ".join([f"AGAINST={against} cannot be used by this release:", *said])


def say_not_noted(reason: str | None) -> None:
    """Say that a reason is lost: what there is nothing to expect of is no decision."""
    if reason:
        print(f"{'decision':<12} not noted: there is no edit to hold it against")


def score_newest(copy: Copy) -> None:
    """Build the last build's newest day again, under the policy of a copy."""
    hand_over(copy.warehouse, copy.base.manifest["raw_data"], copy.state)
    copy.run([])


def score_year(copy: Copy) -> None:
    """Score all of history, under the policy of a copy."""
    copy.run(["--full-refresh", "--select", *OF_THE_YEAR], restate_history=True)


def forecast(copy: Copy, former: Path) -> dict[str, object]:
    """Build the last build's newest day again under this policy, and say what is different.

    Args:
        copy: Where to.
        former: The file to compare it with.

    Returns:
        What policy_changes.csv notes of it.
    """
    begun = time.monotonic()
    score_newest(copy)
    with Comparison(former, copy.state) as compared:
        print(
            f"{'forecast':<12} for {copy.base.manifest['as_of_date']}, by the raw data as it lies"
            f" there ({time.monotonic() - begun:.0f} s):"
        )
        for effect in compared.scorecards():
            print(f"  {effect}")
        changes = compared.band_changes()
        moved = list(moves(changes))
        band_changes = sum(row["band_before"] != row["band_after"] for row in changes)
        told = f"  {band_changes:,} accounts change band" + (
            f": {', '.join(moved)}" if moved else ""
        )
        if others := len(changes) - band_changes:
            told += f"; {others:,} more are to be treated otherwise"
        print(told)
        before, after = compared.flags("before"), compared.flags("after")
        print(f"  flagged: {before}")
        print(f"      now: {after}")
    expected = {
        "policy_version": policy_version(copy.state),
        "band_changes": band_changes,
        "flagged_share_before": before.share,
        "flagged_share_after": after.share,
    }
    path = copy.warehouse.trial_folder / "band_changes.csv"
    path.unlink(missing_ok=True)
    if not changes:
        return expected
    for row in changes[:SHOWN_ACCOUNTS]:
        arr = f", ARR {row['arr']:,.0f}" if row["arr"] else ""
        print(
            f"    {row['account_name'] or row['account_id']}{arr}: {row['band_before']}"
            f" ({row['health_score_before']}) → {row['band_after']} ({row['health_score_after']})"
        )
    write_changes(changes, path)
    print(f"  all of them: {path}")
    return expected


def look_back(copy: Copy, former: Path, its_name: str) -> dict[str, object]:
    """Score all of history under this policy, and say how its flags would have done.

    Args:
        copy: Where to.
        former: The file to compare it with.
        its_name: What the other column is called.

    Returns:
        What policy_changes.csv notes of it.
    """
    begun = time.monotonic()
    score_year(copy)
    with Comparison(former, copy.state) as compared:
        before, after = compared.year("before"), compared.year("after")
    expected: dict[str, object] = {"recall_before": before.recall, "recall_after": after.recall}
    if after.recall is None or before.recall is None:
        print(f"{'last year':<12} no outcomes are known to hold flags against")
        return expected
    print(
        f"{'last year':<12} month ends from {after.first} to {after.last}, who left within 90 days"
        f" ({time.monotonic() - begun:.0f} s):"
    )
    print(f"  {'':<26}{its_name[-20:]:>22}{'this policy':>14}")
    for name, value in YEAR_FIGURES.items():
        print(f"  {name:<26}{value(before):>22}{value(after):>14}")
    return expected


def _share(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


YEAR_FIGURES: dict[str, Callable[[Year], str]] = {
    "flagged": lambda year: _share(year.flagged),
    "flagged in a month": lambda year: f"{year.least_flagged:.1%}-{year.most_flagged:.1%}",
    "of the lost, flagged": lambda year: _share(year.recall),
    "of the flagged, lost": lambda year: _share(year.precision),
    "of the lost ARR, flagged": lambda year: _share(year.arr_recall),
}


if __name__ == "__main__":
    sys.exit(main())
