"""What all companies together say, in numbers and in words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.stats import t

from demo.parameters import DIMENSIONS
from experiments.planted import HAZARDS, SCORECARDS, correlation

COVERAGE_TARGET = (0.93, 0.97)
RATIO_TARGET = 0.95
DIGITS = 6


def true_correlations(truth: dict) -> dict[str, dict[str, float]]:
    """Correlation of each dimension over all companies of the truth, and its standard error.

    The error is a jackknife over companies: what a whole company shares (an outage) is in it.
    """
    found = {}
    for dimension in DIMENSIONS:
        sums = np.array([company[dimension] for company in truth.values()])
        without = [correlation(sums.sum(axis=0) - one) for one in sums] if len(sums) > 1 else []
        spread = (len(sums) - 1) * np.var(without) if len(sums) > 1 else np.nan
        found[dimension] = {
            "correlation": round(correlation(sums.sum(axis=0)), DIGITS),
            "error": round(float(np.sqrt(spread)), DIGITS),
            "n_observations": int(sums[:, 0].sum()),
        }
    return found


def held(truth: dict, seeds: dict) -> dict[str, dict[str, bool]]:
    """Say of each company which intervals hold the truth: the correlation over all the others."""
    total = {name: np.sum([one[name] for one in truth.values()], axis=0) for name in DIMENSIONS}
    return {
        seed: {
            name: low <= correlation(total[name] - truth[seed][name]) <= high
            for name, (_, low, high, _) in company["intervals"].items()
        }
        for seed, company in seeds.items()
    }


def mean(values: Iterable[float]) -> dict[str, float]:
    """Mean over companies with its 95 % interval by Student's t."""
    values = np.array(list(values), dtype=float)
    reach = np.nan
    if len(values) > 1:
        reach = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    low, high = values.mean() - reach, values.mean() + reach
    return {
        "mean": round(float(values.mean()), DIGITS),
        "low": round(float(low), DIGITS),
        "high": round(float(high), DIGITS),
    }


def summary(truth: dict, seeds: dict) -> dict:
    """Put coverage, AUCs, ratios and the paired difference together."""
    is_held = np.array([list(of.values()) for of in held(truth, seeds).values()], dtype=float)
    aucs = {
        name: np.array([seed["auc"][name] for seed in seeds.values()])
        for name in (*SCORECARDS, *HAZARDS)
    }
    lead = aucs["correlation"] - aucs["equal"]
    return {
        "true_correlations": true_correlations(truth),
        "coverage": {
            "all": mean(is_held.mean(axis=1)),
            "of_dimension": dict(zip(DIMENSIONS, is_held.mean(axis=0).tolist(), strict=True)),
        },
        "auc": {name: mean(values) for name, values in aucs.items()},
        "ratio_to": {name: mean(aucs["correlation"] / aucs[name]) for name in HAZARDS},
        "correlation_less_equal": mean(lead) | {"share_above_0": float((lead > 0).mean())},
    }


def report(results: dict) -> str:
    """Write the results for a reader."""
    company, found = results["company"], results["summary"]
    n_seeds = len(results["seeds"])
    n_held = {
        seed: sum(of.values()) for seed, of in held(results["truth"], results["seeds"]).items()
    }
    until = sorted({seed["until"] for seed in results["seeds"].values()})
    lines = [
        "# The planted truth, and what is found of it",
        "",
        "Written by `make experiment`; [README.md](README.md) says what the figures mean.",
        "",
        f"{n_seeds} companies of {company['accounts']:,} accounts over {company['months']} months,"
        f" history by the week; the truth of each from all the others."
        f" Newest fit: {', '.join(until)}. Demo, models and policy: {results['made_by']}.",
        "",
        *_verdicts(found, n_seeds),
        "",
        "## Intervals of the correlations",
        "",
        "| dimension | true correlation | its standard error | 95 % intervals that hold it |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {true['correlation']:.4f} | {true['error']:.4f}"
            f" | {found['coverage']['of_dimension'][name]:.0%} |"
            for name, true in found["true_correlations"].items()
        ),
        f"| all | | | {_interval(found['coverage']['all'], '.1%')} |",
        "",
        "## Who leaves within 90 days, ranked",
        "",
        "AUC of month ends after the first fitted weights came into force.",
        "",
        _row("seed", "month ends", "lost", "intervals held", *SCORECARDS, *HAZARDS, "ratio"),
        _row(*["---"] * (5 + len(SCORECARDS) + len(HAZARDS))),
        *(_company_row(seed, one, n_held[seed]) for seed, one in results["seeds"].items()),
        _row(
            "mean",
            "",
            "",
            f"{found['coverage']['all']['mean'] * len(DIMENSIONS):.1f} of {len(DIMENSIONS)}",
            *(f"{found['auc'][name]['mean']:.3f}" for name in (*SCORECARDS, *HAZARDS)),
            f"{found['ratio_to']['hazard']['mean']:.3f}",
        ),
    ]
    return "\n".join(lines) + "\n"


def _verdicts(found: dict, n_seeds: int) -> list[str]:
    """Say of each target whether it is met."""
    coverage, lead = found["coverage"]["all"], found["correlation_less_equal"]
    ratio = found["ratio_to"]
    low, high = COVERAGE_TARGET
    return [
        f"- **95 % intervals hold the true correlation** in {_interval(coverage, '.1%')}"
        f" (target {low:.0%} to {high:.0%}: {_met(low <= coverage['mean'] <= high)}).",
        f"- **AUC of the published score over that of the planted hazard**:"
        f" {_interval(ratio['hazard'], '.3f')} (target {RATIO_TARGET}:"
        f" {_met(ratio['hazard']['mean'] >= RATIO_TARGET)}); over that of the hazard from health"
        f" alone: {_interval(ratio['health_hazard'], '.3f')}"
        f" ({_met(ratio['health_hazard']['mean'] >= RATIO_TARGET)}).",
        f"- **Equal weights do worse** by {_interval(lead, '.4f')} of AUC,"
        f" in {lead['share_above_0']:.0%} of {n_seeds} companies"
        f" ({'beyond chance' if lead['low'] > 0 else 'not beyond chance'}).",
    ]


def _company_row(seed: str, one: dict, n_held: int) -> str:
    return _row(
        seed,
        f"{one['n_observations']:,}",
        one["n_lost_accounts"],
        f"{n_held} of {len(DIMENSIONS)}",
        *(f"{one['auc'][name]:.3f}" for name in (*SCORECARDS, *HAZARDS)),
        f"{one['auc']['correlation'] / one['auc']['hazard']:.3f}",
    )


def _row(*cells) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _interval(of: dict[str, float], form: str) -> str:
    return f"{of['mean']:{form}} ({of['low']:{form}} to {of['high']:{form}})"


def _met(is_so: bool) -> str:
    return "met" if is_so else "not met"
