"""Do the intervals of a fit hold the truth? Asked of many made-up worlds, without a warehouse.

    out=experiments/interval_coverage.md
    PYTHONPATH=python:. .venv/bin/python -m experiments.interval_coverage > $out

A world is one of the demo, with its shocks, outages and plays. Scores are its latent health, month
end by month end, seen through noise that lasts and noise that does not; the outcome is the planted
one. The truth of a world is what all the others say together.
"""

import argparse

import numpy as np
import pandas as pd

from customer_health.weights.correlation import Correlations, correlations
from customer_health.weights.sample import Sample
from demo.parameters import DIMENSIONS, Options, Process
from demo.world import build_world
from experiments.planted import correlation
from experiments.summary import mean

FIRST_SEED = 2001
MONTH_ENDS = pd.date_range("2024-07-31", "2025-11-30", freq="ME")
HORIZON_DAYS = 90
LASTING_NOISE, PASSING_NOISE = 8.0, 10.0


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=240, help="a second each")
    parser.add_argument("--accounts", type=int, default=700, help="accounts of each")
    asked = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + asked.companies)
    samples = [_sample(Options(accounts=asked.accounts, seed=seed)) for seed in seeds]
    found = [correlations(sample, 150, 0.95) for sample in samples]
    print("\n".join(_report(samples, found)))


def _sample(options: Options) -> Sample:
    """Observe every account in service at each month end."""
    world = build_world(options, Process())
    days = MONTH_ENDS.to_numpy().astype("datetime64[D]").astype(int)
    account, day = (grid.ravel() for grid in np.meshgrid(np.arange(world.n), days, indexing="ij"))
    there = (world.accounts.start[account] <= day) & (world.churn[account] > day)
    account, day = account[there], day[there]
    random = np.random.default_rng(options.seed)
    score = 100 * world.latent[account, world.week_of(day)]
    score += random.normal(0, LASTING_NOISE, (world.n, len(DIMENSIONS)))[account]
    score += random.normal(0, PASSING_NOISE, score.shape)
    return Sample(
        ids=np.arange(world.n),
        account=account,
        scores=score,
        is_retained=(world.churn[account] > day + HORIZON_DAYS).astype(float),
        segment=np.full(len(account), "all", dtype=object),
        matured_date=np.full(len(account), np.datetime64("2026-04-01")),
    )


def _report(samples: list[Sample], found: list[Correlations]) -> list[str]:
    sums = np.array([_sums(sample) for sample in samples])
    true_r = np.array([[correlation(of) for of in sums.sum(axis=0) - one] for one in sums])
    d = np.array([one.somers_d for one in found])
    true_d = (d.sum(axis=0) - d) / (len(d) - 1)
    held = {
        "r": _held(true_r, [(one.low, one.high) for one in found]),
        "D": _held(true_d, [(one.somers_d_low, one.somers_d_high) for one in found]),
    }
    churned = np.mean([one.n_churned_accounts[0] for one in found])
    lines = [
        "# How often intervals hold the truth",
        "",
        "Written by `experiments/interval_coverage.py`: 95 % intervals of the correlation (r) and",
        f"of Somers' D in {len(found)} made-up worlds of {samples[0].ids.size} accounts, of which"
        f" {churned:.0f} churned.",
        "",
        "| dimension | true r | r held | true D | D held |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {true_r[:, k].mean():.3f} | {held['r'][:, k].mean():.1%}"
        f" | {d[:, k].mean():.3f} | {held['D'][:, k].mean():.1%} |"
        for k, name in enumerate(DIMENSIONS)
    ]
    of_all = {name: mean(is_held.mean(axis=1)) for name, is_held in held.items()}
    cells = [f"{of['mean']:.1%} ({of['low']:.1%} to {of['high']:.1%})" for of in of_all.values()]
    return [*lines, f"| all | | {cells[0]} | | {cells[1]} |"]


def _sums(sample: Sample) -> list[list[float]]:
    """Give n, x, y, xx, yy, xy per dimension, as `correlation` takes them."""
    y = sample.is_retained
    return [[len(y), x.sum(), y.sum(), x @ x, y @ y, x @ y] for x in sample.scores.T]


def _held(true: np.ndarray, limits: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    low, high = np.array(limits).transpose(1, 0, 2)
    return (low <= true) & (true <= high)


if __name__ == "__main__":
    main()
