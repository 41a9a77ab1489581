"""Runs dbt on a manifest made before: to parse the project is half of what a small build costs.

Arguments: the file of the manifest as dbt keeps it for its next start (partial_parse.msgpack), and
those of dbt. Exit codes are dbt's.
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder


def main(parsed: str, *arguments: str) -> int:
    """Run dbt as its command line does."""
    manifest = Manifest.from_msgpack(Path(parsed).read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    outcome = dbtRunner(manifest=manifest).invoke(list(arguments))
    if outcome.exception is not None:
        print(outcome.exception)
    return 0 if outcome.success else 2 if outcome.exception else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
