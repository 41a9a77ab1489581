"""Ranges that follow each other."""

import itertools
import math
from collections.abc import Sequence

from customer_health.policy.cells import Row
from customer_health.policy.findings import Findings


def check_ranges(
    file: str, rows: Sequence[Row], low: str, high: str, end: float, whose: str, found: Findings
) -> None:
    """Half-open ranges [low, high) cover everything from 0 to `end` once.

    A blank `high` has no end. `end` is the value that the last `high` must have.
    """

    def shown(value: float) -> str:
        return "open" if math.isinf(value) else f"{value:.12g}"

    ends = [(getattr(row, low), getattr(row, high), row.number) for row in rows]
    ranges = sorted((lower, math.inf if upper is None else upper, n) for lower, upper, n in ends)
    empty = [one for one in ranges if one[0] >= one[1]]
    for lower, upper, number in empty:
        what = f"{low} {shown(lower)} is not below {high} {shown(upper)}"
        found.error(file, number, what, f"make {high} the larger of the two")
    if empty:
        return

    lowest, _, first = ranges[0]
    _, highest, last = ranges[-1]
    if lowest != 0:
        what = f"the lowest {low}{whose} is {shown(lowest)}, not 0"
        found.error(file, first, what, f"set {low} of this row to 0")
    for (_, upper, before), (lower, _, after) in itertools.pairwise(ranges):
        if upper != lower:
            what = (
                f"there is {'a gap' if upper < lower else 'an overlap'} between {high}"
                f" {shown(upper)} of row {before} and {low} {shown(lower)} of this row{whose}"
            )
            fix = f"set {high} of row {before} and {low} of this row to the same number"
            found.error(file, after, what, fix)
    if highest != end:
        fix = "leave it empty" if math.isinf(end) else f"set {high} of this row to {end:g}"
        what = f"the highest {high}{whose} is {shown(highest)}, not {shown(end)}"
        found.error(file, last, what, fix)
