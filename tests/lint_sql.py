"""Runs sqlfluff, whose own command line it takes, with fewer runs of Python's garbage collector.

The collector walks sqlfluff's trees again and again, which takes a third of its time.
"""

import gc

from sqlfluff.cli.commands import cli

# sqlfluff's own processes import this file too
gc.set_threshold(100_000, 50, 1_000)

if __name__ == "__main__":
    cli()
