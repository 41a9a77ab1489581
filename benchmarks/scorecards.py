"""Copies of the project in which more scorecards are scored."""

import csv
import shutil
from pathlib import Path

from customer_health.trial.copies import copy_project

EACH_METHOD = "one of each method"
SCORECARDS = ("as in the policy", EACH_METHOD, "all")


def with_scorecards(folder: Path, which: str) -> int:
    """Copy the project, with more scorecards as challengers.

    Args:
        folder: Where to; what is there is taken away.
        which: One of `SCORECARDS`. `EACH_METHOD` adds the first scorecard of each method
            that no other has.

    Returns:
        How many scorecards are scored.
    """
    shutil.rmtree(folder, ignore_errors=True)
    path = copy_project(folder) / "seeds" / "policy" / "scorecards.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    methods = {row["method"] for row in rows if row["role"] != "off"}
    for row in rows:
        is_new_method = which == EACH_METHOD and row["method"] not in methods
        is_wanted = which == "all" or is_new_method
        if row["role"] == "off" and is_wanted:
            row["role"] = "challenger"
            methods.add(row["method"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return sum(row["role"] != "off" for row in rows)
