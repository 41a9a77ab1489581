"""Rules of thresholds.csv, the one place that declares name, type and limits of each threshold."""

import functools
import re
from pathlib import Path

from customer_health.policy.findings import Findings, listed, nearest, use_one_of
from customer_health.policy.tables import Threshold

PROJECT = Path(__file__).resolve().parents[3]
FILE = "thresholds.csv"


USES = re.compile(
    r"""\bthresholds\.(?!csv\b)(\w+)|\bpolicy_number\('(\w+)'\)|\bthreshold\("(\w+)"\)"""
)


@functools.cache
def thresholds_read() -> frozenset[str]:
    """Names of the thresholds that this project's models, macros, tests and settings read."""
    places: tuple[str, ...] = ("models/**/*.sql", "macros/**/*.sql", "tests/**/*.sql")
    places += ("python/**/settings.py", "python/**/plan.py")
    files = (path for place in places for path in PROJECT.glob(place))
    uses = (use for path in files for use in USES.finditer(path.read_text(encoding="utf-8")))
    return frozenset(use[use.lastindex or 0] for use in uses)


def check_thresholds(rows: list[Threshold], found: Findings) -> None:
    """Every threshold that is read is there, and within its limits."""
    row_of = {row.threshold: row for row in rows}
    missing = sorted(thresholds_read() - set(row_of))
    for row in rows:
        near = None if row.threshold in thresholds_read() else nearest(row.threshold, missing)
        if near:
            what = f"no model reads a threshold '{row.threshold}'"
            found.error(FILE, row.number, what, f"call it '{near}'")
        elif isinstance(row.highest, str):
            _check_order(row, row_of, found)
        _check_value(row, found)
    for name in missing:
        found.error(FILE, (), f"the threshold '{name}' is missing", f"add a row '{name}'")


def _check_value(row: Threshold, found: Findings) -> None:
    shown = f"{row.threshold} {row.value:g}"
    below = row.lowest is not None and row.value < row.lowest
    above = isinstance(row.highest, float) and row.value > row.highest
    if row.type == "whole" and not row.value.is_integer():
        found.error(FILE, row.number, f"{shown} is not a whole number", "write it without decimals")
    elif row.choices and row.value not in row.choices:
        fix = f"use one of {listed([f'{number:g}' for number in row.choices])}"
        found.error(FILE, row.number, f"{shown} is not among what it can be", fix)
    elif below or above:
        limits = [f"{limit:g}" for limit in (row.lowest, row.highest) if isinstance(limit, float)]
        least = "at least" if below else "at most"
        allowed = f"between {' and '.join(limits)}" if len(limits) == 2 else f"{least} {limits[0]}"
        found.error(FILE, row.number, f"{shown} makes no sense", f"write a number {allowed}")


def _check_order(row: Threshold, row_of: dict[str, Threshold], found: Findings) -> None:
    """The threshold does not exceed the one that its `highest` names."""
    greater = row_of.get(str(row.highest))
    if greater is None:
        what = f"highest '{row.highest}' is neither a number nor a threshold"
        found.error(FILE, row.number, what, use_one_of(str(row.highest), list(row_of)))
    elif row.value > greater.value:
        what = f"{row.threshold} {row.value:g} is above {greater.threshold} {greater.value:g}"
        fix = f"lower {row.threshold} or raise {greater.threshold}"
        found.error(FILE, [row.number, greater.number], what, fix)
