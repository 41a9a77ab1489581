"""What the process that forked_dbt.py forks has loaded: libraries, a manifest, a dbt that has run.

Only that process imports it, and each fork finds it there.
"""

import gc
import importlib
import os
from pathlib import Path

import quick_dbt
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.clients.jinja import get_template, template_cache

# What a build imports, apart from the project's own.
LIBRARIES = [
    "dbt.adapters.duckdb.impl",
    "pandas",
    "scipy.stats",
    "sklearn.linear_model",
    "statsmodels.stats.sandwich_covariance",
]
PROJECT = Path(__file__).resolve().parents[2]
MANIFEST = Path(os.environ["MANIFEST_AT_HAND"])


def read(manifest: Path, project: Path) -> Manifest:
    """A manifest as dbt keeps it for its next start; its seeds are those of a project."""
    read = Manifest.from_msgpack(manifest.read_bytes(), decoder=extended_mashumuro_decoder)
    for seed in read.nodes.values():
        if seed.resource_type == "seed":
            seed.root_path = str(project)
    read.build_flat_graph()
    return read


def get(manifest: Path, project: Path) -> Manifest:
    """The manifest at hand if it is this one, else this one read."""
    return AT_HAND if (manifest, project) == (MANIFEST, PROJECT) else read(manifest, project)


# a fork lives for seconds, and would walk all of this again
gc.disable()
for library in LIBRARIES:
    importlib.import_module(library)
quick_dbt.install()
AT_HAND = read(MANIFEST, PROJECT)
# dbt writes code for its own classes when they are first used; with a manifest it parses nothing
dbtRunner(manifest=AT_HAND).invoke(
    [
        *("--quiet", "--no-write-json", "--log-level-file", "none", "parse"),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(MANIFEST.parent), "--log-path", str(MANIFEST.parent)),
    ]
)
for macro in AT_HAND.macros.values():
    template_cache.get_node_template(macro)
for node in AT_HAND.nodes.values():
    if node.language == "sql":
        get_template(node.raw_code, {}, node)
