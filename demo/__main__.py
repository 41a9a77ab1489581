"""Command line: python -m demo --out DIR [options]."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from demo.build import build
from demo.layouts.frame import chosen_layouts
from demo.parameters import Options


def main() -> None:
    """Read the options, build the data and print a summary."""
    usual = Options()
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--accounts", type=int, default=usual.accounts, help="accounts, ever")
    parser.add_argument("--months", type=int, default=usual.months, help="months of activity")
    parser.add_argument(
        "--events",
        type=int,
        default=usual.events,
        help="approximate number of product events; never below 1.5 per active user-day",
    )
    parser.add_argument("--seed", type=int, default=usual.seed, help="same seed, same data")
    parser.add_argument("--dirt", type=float, default=usual.dirt, help="share of dirty rows")
    parser.add_argument("--end", default=usual.end, help="last day of the data, YYYY-MM-DD")
    parser.add_argument(
        "--layout",
        metavar="VENDOR+VENDOR",
        help="vendors in whose layout sources come, such as salesforce+zendesk (default: none)",
    )
    given = vars(parser.parse_args())
    out, layout = given.pop("out"), given.pop("layout")
    try:
        vendors = chosen_layouts(layout) if layout else None
    except ValueError as problem:
        parser.error(f"--layout {layout}: {problem}")

    began = time.perf_counter()
    rows = build(Options(**given), out, vendors=vendors)
    for name, count in rows.items():
        print(f"  {name:<24}{count:>12,}")
    print(f"{sum(rows.values()):,} rows in {time.perf_counter() - began:.1f} s: {out}")


if __name__ == "__main__":
    main()
