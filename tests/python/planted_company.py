"""A small made-up company with enough losses for weights to be fitted, built by the week."""

from dataclasses import dataclass
from pathlib import Path

from project import build, make_demo, once

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


def planted_company() -> PlantedCompany:
    """Build it once, whichever of the processes that run tests asks first."""

    def make(folder: Path) -> None:
        make_demo(folder / "demo", accounts=400, months=18, events=50_000, seed=SEED, dirt=0)
        build_models(folder / "warehouse.duckdb", raw_path=folder / "demo" / "raw")

    made = once("planted_company", make)
    return PlantedCompany(made / "demo" / "raw", made / "demo" / "truth", made / "warehouse.duckdb")


def build_models(warehouse: Path, *models: str, **variables) -> Path:
    """Build the models above, or others, by the week and without tests of the data."""
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    chosen = ("--select", *(models or MODELS), *without_tests)
    return build(warehouse, *chosen, history_grain="week", **variables)
