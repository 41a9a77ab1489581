"""Do the effects of plays come out as planted? Asked of many made-up companies.

    out=experiments/play_effects.md
    PYTHONPATH=python:. .venv/bin/python -m experiments.play_effects > $out

The companies are rows as the model int_plays__account_days has them, judged by the code that judges
those. Scores are low by level and by shocks that pass, so they recover in part anyway; a hidden
health decides who is lost, and moves scores that no figure has foretold.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from customer_health.plays import (
    EFFECTS,
    HELD_OUT,
    HELPS,
    HURTS,
    MATCHED,
    NOT_BY_CHANCE,
    PlaySettings,
    play_effects,
)

FIRST_SEED = 3001
CHANCE, FIGURES, HIDDEN = "chance (a holdout)", "people, by the figures", "people, by hidden health"
HOLDOUT_SHARE = 0.3
# plays that are started after triggers, held out or not
RUN_SHARE, OTHER_RUN_SHARE = 0.85, 0.05
MONTHS = pd.date_range("2024-01-01", periods=12, freq="MS")
POINTS = 6.0
SHARE_LOST = 0.1
SETTINGS = PlaySettings()


@dataclass(frozen=True)
class Company:
    """Rows, and the effects that were planted, by outcome."""

    rows: pd.DataFrame
    planted: dict[str, float]


def company(seed: int, given_by: str, points: float, accounts: int = 600) -> Company:
    """Make up a year of a company in which a play lifts the score by so many points.

    Whom it lifts it also keeps: `SHARE_LOST` of accounts at 6 points.
    """
    random = np.random.default_rng(seed)
    level = random.normal(55, 10, accounts)
    segment = random.choice(["enterprise", "smb"], accounts)
    months = []
    for month in MONTHS:
        shock = random.normal(0, 10, accounts)
        score = level + shock
        hidden = random.normal(0, 5, accounts)
        if given_by == CHANCE:
            is_played = random.random(accounts) >= HOLDOUT_SHARE
            has_run = random.random(accounts) < np.where(is_played, RUN_SHARE, OTHER_RUN_SHARE)
            there = score < 45
        else:
            by_hidden = 0.3 * hidden if given_by == HIDDEN else 0
            is_played = random.random(accounts) < expit(-3 - 0.12 * (score - 50) - by_hidden)
            has_run = is_played
            there = np.full(accounts, True)
        kept = SHARE_LOST * points / POINTS
        chance = random.random(accounts)
        likely = 0.12 + 0.3 * expit(-0.06 * (score - 45) - 0.2 * hidden)
        lost = {180: chance < likely - kept * has_run}
        lost[90] = lost[180] & (random.random(accounts) < 0.5)
        change = hidden - 0.7 * shock + points * has_run
        seen = {30: ~lost[90], 90: ~lost[90]}
        of_month = {
            "comparison": HELD_OUT if given_by == CHANCE else MATCHED,
            "play": "call" if given_by == CHANCE else np.where(is_played, "call", None),
            "account_id": np.arange(accounts), "as_of_date": month, "is_played": is_played,
            "holdout_share": HOLDOUT_SHARE if given_by == CHANCE else np.nan,
            "has_run": has_run if given_by == CHANCE else np.nan,
            "month_start_date": month, "segment": segment,
            "band": np.where(score < 35, "critical", np.where(score < 50, "at_risk", "moderate")),
            "health_score": score, "change_30d": 0.5 * shock + random.normal(0, 3, accounts),
            "change_90d": np.where(random.random(accounts) < 0.9, shock, np.nan),
            "churn_probability_90d": expit(-2 - 0.05 * (score - 50)),
            "days_to_renewal": random.integers(0, 720, accounts),
            **{f"is_scored_{days}d": seen[days] for days in (30, 90)},
            **{f"score_change_{days}d": np.where(seen[days], change + noise, np.nan)
               for days, noise in ((30, random.normal(0, 2, accounts)), (90, 0.0))},
            **{f"is_lost_{days}d": lost[days].astype(float) for days in (90, 180)},
        }  # fmt: skip
        months.append(pd.DataFrame(of_month)[there])
    reached = RUN_SHARE - OTHER_RUN_SHARE if given_by == CHANCE else 1.0
    planted = dict.fromkeys(EFFECTS, points * reached)
    planted["lost within 90 days"] = -kept * reached / 2
    planted["lost within 180 days"] = -kept * reached
    return Company(pd.concat(months, ignore_index=True), planted)


def judged(seed: int, given_by: str, points: float) -> Iterator[dict]:
    """What is said of a company's play, by outcome."""
    made = company(seed, given_by, points)
    effects = play_effects(made.rows, SETTINGS)
    for row in effects[effects["play"] == "call"].to_dict("records"):
        planted = made.planted[row["effect_on"]]
        better = EFFECTS[row["effect_on"]].more_is_better
        above, below = row["low"] > 0, row["high"] < 0
        yield {
            "given_by": given_by,
            "points": points,
            "effect_on": row["effect_on"],
            "planted": planted,
            "mean": row["effect"],
            "held": row["low"] <= planted <= row["high"],
            "looks_good": above if better else below,
            "looks_bad": below if better else above,
            **{verdict: row["verdict"] == verdict for verdict in (HELPS, HURTS, NOT_BY_CHANCE)},
        }


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--companies", type=int, default=100, help="of each kind")
    n = parser.parse_args().companies
    rows = pd.DataFrame(
        row
        for given_by in (CHANCE, FIGURES, HIDDEN)
        for points in (POINTS, 0.0)
        for seed in range(FIRST_SEED, FIRST_SEED + n)
        for row in judged(seed, given_by, points)
    )
    print("\n".join(_report(rows, n)))


def _report(rows: pd.DataFrame, n: int) -> list[str]:
    lines = [
        "# Do the effects of plays come out as planted?",
        "",
        f"Written by `experiments/play_effects.py`: {n} made-up companies of each kind, 95 %"
        " intervals. Looks good, looks bad: the interval leaves no other sign. Verdicts are given"
        " only where chance decided.",
        "",
        "| who gets the play | effect on | planted | mean found | interval holds it | looks good"
        " | looks bad | said to help | said to hurt | not shown |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    keys = ["given_by", "points", "effect_on"]
    for (given_by, _, effect_on), of in rows.groupby(keys, sort=False):
        shares = of[["held", "looks_good", "looks_bad", HELPS, HURTS]].mean()
        cells = [f"{share:.0%}" for share in (*shares, 1 - shares[HELPS] - shares[HURTS])]
        digits = 1 if EFFECTS[effect_on].more_is_better else 3
        planted, mean = (f"{of[name].mean() + 0.0:.{digits}f}" for name in ("planted", "mean"))
        lines.append("| " + " | ".join([given_by, effect_on, planted, mean, *cells]) + " |")
    return lines


if __name__ == "__main__":
    main()
