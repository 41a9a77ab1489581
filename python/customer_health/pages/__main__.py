"""Draws the pages of the current publication again, which `make pages` does."""

import argparse
import os
import sys
from pathlib import Path

import duckdb

from customer_health.pages.site import draw
from customer_health.publication import Refusal, Warehouse


def redraw(warehouse: Warehouse) -> int:
    """Draw the pages of what readers see, and return how many there are; needs the lock.

    Raises:
        Refusal: The published file is none of the publications kept.
    """
    current = warehouse.current()
    if current is None:
        raise Refusal(
            f"{warehouse}: is none of the publications kept. Fix: run `make build`, or name the"
            " file that it published with WAREHOUSE=..."
        )
    fresh, former = warehouse.building / "pages", warehouse.building / "former"
    fresh.mkdir(parents=True)
    n_pages = draw(current.published, fresh, current.pages)
    if current.pages.exists():
        os.rename(current.pages, former)
    os.rename(fresh, current.pages)
    return n_pages


def main(arguments: list[str] | None = None) -> int:
    """Draw as the command line says; 0 done, 2 it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m customer_health.pages")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published file")
    warehouse = Warehouse(parser.parse_args(arguments).warehouse)
    try:
        with warehouse.locked():
            n_pages = redraw(warehouse)
    except (Refusal, OSError, duckdb.Error) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{'pages':<12} {n_pages:,} drawn; open {warehouse.pages_shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
