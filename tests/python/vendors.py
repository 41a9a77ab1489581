"""Reads the cases of tests/vendors, one file per vendor."""

from collections import defaultdict

import yaml
from project import PROJECT

FOLDER = PROJECT / "tests" / "vendors"
CASES = {path.stem: yaml.load(path.read_text(), yaml.BaseLoader) for path in FOLDER.glob("*.yml")}


def all_vendors() -> dict[str, list[str]]:
    """Every vendor of every source, as the variable has it."""
    chosen = defaultdict(list)
    for content in CASES.values():
        for source, vendor in content["vendors"].items():
            chosen[source].append(vendor)
    return dict(chosen)
