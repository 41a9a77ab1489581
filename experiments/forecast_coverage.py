"""How often did the intervals of forecasts hold, and were they nearer than no change?

    make example NAME=crm5 PAGES=0
    PYTHONPATH=python:. .venv/bin/python -m experiments.forecast_coverage \
        --warehouse warehouse/crm5.duckdb > experiments/forecast_coverage.md

Each forecast was made with what was known at its month's end, and is held against the score that
came 90 days later.
"""

import argparse
from pathlib import Path

import duckdb

CHECKS = """
select as_of_date, n_checked, covered_share, mean_error, mean_error_unchanged
from marts.fct_forecast_checks
where n_checked > 0
order by as_of_date
"""


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, required=True, help="a published file")
    asked = parser.parse_args()
    with duckdb.connect(str(asked.warehouse), read_only=True) as connection:
        rows = connection.execute(CHECKS).fetchall()
    print("\n".join(report(rows)))


def report(rows: list[tuple]) -> list[str]:
    """The table, by month's end and of all forecasts."""
    total = sum(n for _, n, *_ in rows)
    overall = [sum(row[1] * row[i] for row in rows) / total for i in (2, 3, 4)]
    lines = [
        "# How often intervals of forecasts hold",
        "",
        "Written by `experiments/forecast_coverage.py`: 95 % intervals of scores in 90 days, on",
        "crm5, a data set that nobody here made.",
        "",
        "| forecast at | forecasts | held | mean error | had nothing changed |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, n, held, error, unchanged in [*rows, ("all", total, *overall)]:
        lines.append(f"| {name} | {n:,} | {held:.1%} | {error:.2f} | {unchanged:.2f} |")
    return lines


if __name__ == "__main__":
    main()
