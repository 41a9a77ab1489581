"""What became of accounts with a play, against those without one.

Where chance held triggers out, both sides are alike in everything, and the difference is the
play's. Where people chose, accounts with a play are matched with some that look alike. What people
know and no figure shows is not matched, so that a play that helps can come out as one that hurts:
such figures get no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from customer_health.plays.matching import covariates, largest_difference, matched
from customer_health.plays.settings import PlaySettings

HELPS, HURTS, NOT_SHOWN = "helps", "hurts", "not shown"
NOT_BY_CHANCE = "not shown: not given by chance"
CHOSEN = (
    "People chose who gets a play, also by what no figure shows, so this may be how the accounts"
    " differed."
)
HELD_OUT, MATCHED = "held out", "matched"
ALL = "all"
# What is not known where there is nothing to compare.
FIGURES = (
    "matched_share", "run_share", "other_run_share", "largest_difference", "with_play",
    "without_play", "effect", "low", "high",
)  # fmt: skip
# An interval of a share needs so many with and so many without the event.
LEAST_OF_EITHER = 5


@dataclass(frozen=True)
class Effect:
    """An outcome: its column, which way is good, and whether it is a score, which not all have."""

    column: str
    more_is_better: bool = False
    had_column: str | None = None


EFFECTS = {
    "score after 30 days": Effect("score_change_30d", True, "is_scored_30d"),
    "score after 90 days": Effect("score_change_90d", True, "is_scored_90d"),
    "lost within 90 days": Effect("is_lost_90d"),
    "lost within 180 days": Effect("is_lost_180d"),
}


# the fits are small: threads wait for each other longer than they work
@threadpool_limits.wrap(limits=1, user_api="blas")
def play_effects(rows: pd.DataFrame, settings: PlaySettings) -> pd.DataFrame:
    """Estimate the effect of each play, and of all together, on each outcome.

    Args:
        rows: Account-days with comparison, play (a trigger where held out; null: none),
            account_id, as_of_date, is_played, holdout_share and has_run (both null where matched),
            the columns of `matching.CELL` and `matching.NEAR`, and those of EFFECTS (null: not
            known yet).
        settings: Numbers of the policy.

    Returns:
        One row per comparison, play and outcome.
    """
    rows = rows.sort_values(["account_id", "as_of_date", "play"], ignore_index=True)
    rows["account_id"] = pd.factorize(rows["account_id"])[0]
    found = []
    for comparison, judge in ((HELD_OUT, _held_out), (MATCHED, _matched)):
        of = rows[rows["comparison"] == comparison]
        others = of[of["play"].isna()]
        started = of[of["play"].notna()]
        plays = {ALL: started} | dict(list(started.groupby("play")))
        found += [
            {
                "comparison": comparison,
                "play": play,
                "effect_on": name,
                **judge(pd.concat([of_play, others]), effect, settings),
            }
            for play, of_play in plays.items()
            for name, effect in EFFECTS.items()
        ]
    return pd.DataFrame(found)


def _held_out(rows: pd.DataFrame, effect: Effect, settings: PlaySettings) -> dict[str, Any]:
    """Compare what chance held out with what it did not, each counted by how likely that was."""
    known, is_played, found = _sides(rows, effect)
    reason = "No trigger was held out." if rows.empty else _too_few(found, settings)
    if reason:
        return found | {"verdict": NOT_SHOWN, "reason": reason}
    share = known["holdout_share"].to_numpy(float)
    weights = np.where(is_played, 1 / (1 - share), 1 / share)
    triggers = pd.get_dummies(known["play"], dtype=float).to_numpy()[:, 1:]
    x = np.hstack([covariates(known), triggers])
    found["largest_difference"] = largest_difference(x, is_played, weights)
    found |= _difference(known, is_played, x, weights, effect, settings)
    runs = known["has_run"]
    if runs.notna().all():
        found["run_share"] = runs[is_played].mean()
        found["other_run_share"] = runs[~is_played].mean()
    reason = _not_shown(rows, found, effect, settings)
    if reason:
        return found | {"verdict": NOT_SHOWN, "reason": reason}
    helps = (found["effect"] > 0) == effect.more_is_better
    return found | {"verdict": HELPS if helps else HURTS, "reason": None}


def _matched(rows: pd.DataFrame, effect: Effect, settings: PlaySettings) -> dict[str, Any]:
    """Compare plays with the account-days that are most like theirs; no verdict comes of it."""
    known, is_played, found = _sides(rows, effect)
    if not is_played.any() or is_played.all():
        what = "No play" if not is_played.any() else "No account-day without a play"
        return found | {"verdict": NOT_BY_CHANCE, "reason": f"{what} has a known outcome."}
    x = covariates(known)
    plays, likes = matched(known, x, settings.caliper)
    weights = np.zeros(len(known))
    partners = np.bincount(plays, minlength=len(known))
    weights[partners > 0] = 1
    np.add.at(weights, likes, 1 / partners[plays])
    used = weights > 0
    found |= _counts(known[used], is_played[used])
    found["matched_share"] = (partners > 0).sum() / is_played.sum()
    reason = _too_few(found, settings)
    if reason:
        return found | {"verdict": NOT_BY_CHANCE, "reason": reason}
    found["largest_difference"] = largest_difference(x, is_played, weights)
    found |= _difference(known[used], is_played[used], x[used], weights[used], effect, settings)
    return found | {"verdict": NOT_BY_CHANCE, "reason": CHOSEN}


def _sides(rows: pd.DataFrame, effect: Effect) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any]]:
    """Give the rows whose outcome is known, by account, which of them have a play, and counts."""
    known = rows.dropna(subset=effect.column)
    known = known.sort_values("account_id", kind="stable", ignore_index=True)
    is_played = known["is_played"].to_numpy(bool)
    return known, is_played, dict.fromkeys(FIGURES, np.nan) | _counts(known, is_played)


def _counts(rows: pd.DataFrame, is_played: np.ndarray) -> dict[str, Any]:
    return {
        "n_played": int(is_played.sum()),
        "n_others": int((~is_played).sum()),
        "n_accounts_played": rows["account_id"][is_played].nunique(),
        "n_accounts_others": rows["account_id"][~is_played].nunique(),
    }


def _too_few(found: dict[str, Any], settings: PlaySettings) -> str | None:
    fewest = settings.minimum_accounts
    if min(found["n_accounts_played"], found["n_accounts_others"]) >= fewest:
        return None
    return (
        f"{found['n_accounts_played']} accounts with the play and {found['n_accounts_others']}"
        f" without it have a known outcome; {fewest} of each are needed."
    )


def _difference(
    rows: pd.DataFrame,
    is_played: np.ndarray,
    x: np.ndarray,
    weights: np.ndarray,
    effect: Effect,
    settings: PlaySettings,
) -> dict[str, float]:
    """Regress the outcome on the play and on what accounts were like; an account counts as one.

    What they were like explains part of the outcome, so that the interval gets shorter.
    """
    import statsmodels.api as sm  # here: a build without plays shall not load it

    y = rows[effect.column].to_numpy(float)
    # what does not vary here, or twice the same, cannot be told apart from the rest
    x = np.unique(x[:, x.std(axis=0) > 1e-9], axis=1)
    design = np.column_stack([np.ones(len(y)), is_played, x])
    fitted = sm.WLS(y, design, weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": rows["account_id"].to_numpy()}, use_t=True
    )
    difference = float(fitted.params[1])
    low, high = (float(limit) for limit in fitted.conf_int(1 - settings.confidence_share)[1])
    with_play = float(np.average(y[is_played], weights=weights[is_played]))
    return {
        "with_play": with_play,
        "without_play": with_play - difference,
        "effect": difference,
        "low": low,
        "high": high,
    }


def _not_shown(
    rows: pd.DataFrame, found: dict[str, Any], effect: Effect, settings: PlaySettings
) -> str | None:
    """Say why a difference made by chance shows nothing; None if it does."""
    if found["run_share"] <= found["other_run_share"]:
        return "What was held out got plays as often, so that nothing was withheld."
    if effect.had_column:
        due = rows.dropna(subset=effect.had_column)
        had = due[effect.had_column].astype(float)
        scored = had.groupby(due["is_played"].astype(bool)).mean()
        if abs(scored[True] - scored[False]) > settings.largest_dropout:
            return (
                f"{scored[True]:.0%} of accounts with the play have a score later and"
                f" {scored[False]:.0%} without it: not the same kind of accounts any more."
            )
    elif min(
        count
        for share, n in (
            (found["with_play"], found["n_played"]),
            (found["without_play"], found["n_others"]),
        )
        for count in (share * n, n - share * n)
    ) < LEAST_OF_EITHER:  # fmt: skip
        return f"Fewer than {LEAST_OF_EITHER} accounts of a side were lost, or stayed."
    if found["low"] <= 0 <= found["high"]:
        return "It may be chance."
    least = settings.least_points if effect.had_column else settings.least_share
    if abs(found["effect"]) < least:
        return f"The effect is smaller than the least that counts, {least:g}."
    return None
