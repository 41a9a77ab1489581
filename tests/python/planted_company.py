"""A small made-up company with enough losses for weights to be fitted, built by the week."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from project import build, make_demo

SEED = 101
# marts that say what became of the accounts, what weights were fitted, how good the scores are
MODELS = (
    "+fct_dimension_weights",
    "+fct_outcomes",
    "+fct_validation_figures",
    "+fct_score_labels",
    "+int_evidence__metric_outcomes",
)


@dataclass(frozen=True)
class PlantedCompany:
    """The folders of its raw data and of its truth, and the warehouse built from it."""

    raw: Path
    truth: Path
    warehouse: Path


def planted_company(tmp_path_factory) -> PlantedCompany:
    """Build it once, whichever of the processes that run tests asks first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder = folder / "planted_company"
    folder.mkdir(exist_ok=True)
    company = PlantedCompany(
        folder / "demo" / "raw", folder / "demo" / "truth", folder / "warehouse.duckdb"
    )
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            make_demo(folder / "demo", accounts=400, months=18, events=50_000, seed=SEED, dirt=0)
            build_models(company.warehouse, raw_path=company.raw)
            (folder / "built").touch()
    return company


def build_models(warehouse: Path, *models: str, **variables) -> Path:
    """Build the models above, or others, by the week and without tests of the data."""
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    chosen = ("--select", *(models or MODELS), *without_tests)
    return build(warehouse, *chosen, history_grain="week", **variables)
