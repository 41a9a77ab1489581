"""Retention by score range, and the cut that separates best."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_health.validation import ranking
from customer_health.validation.intervals import Share, wilson
from customer_health.validation.settings import DEFAULTS, Settings


@dataclass(frozen=True)
class Separation:
    """How well score ranges separate who churns from who stays.

    `cuts` has a row per cut: flagged is a score below `cut`; n_flagged, precision, recall,
    specificity and youden (recall + specificity - 1), null where nobody is there to count.
    `best_cut` has the highest youden, of equals the one that flags fewest. What cannot be had
    is None, and `reason` says why.
    """

    n: float
    n_churned: float
    churn_share: float | None
    auc: float | None
    cuts: pd.DataFrame
    best_cut: float | None
    reason: str | None


def with_retention(counts: pd.DataFrame, settings: Settings = DEFAULTS) -> pd.DataFrame:
    """Add the share that stayed, its interval and, where there is none, the reason.

    Args:
        counts: A row per range: n (observations), n_accounts among them, n_retained of them.
        settings: Confidence of the intervals.

    Returns:
        The rows with retention, low, high and reason. An account's dates repeat each other, so the
        interval counts accounts, not dates.
    """
    shares = counts["n_retained"] / counts["n"].where(counts["n"] > 0)
    of_accounts = zip(shares * counts["n_accounts"], counts["n_accounts"], strict=True)
    estimates = wilson([Share(*share) for share in of_accounts], settings.confidence_share)
    return counts.assign(
        retention=shares.astype(float),
        low=[estimate.low for estimate in estimates],
        high=[estimate.high for estimate in estimates],
        reason=[estimate.reason for estimate in estimates],
    ).astype({"low": float, "high": float})


def best_cut(ranges: pd.DataFrame) -> Separation:
    """Find the cut that separates best, from range_low, n and n_retained (may be fractions)."""
    limits, n, kept = ranges[["range_low", "n", "n_retained"]].to_numpy(float).T
    order = np.argsort(limits)
    limits, kept, lost = limits[order], kept[order], (n - kept)[order]
    n, n_churned, n_kept = float((lost + kept).sum()), float(lost.sum()), float(kept.sum())
    flagged_lost, flagged_kept = np.cumsum(lost)[:-1], np.cumsum(kept)[:-1]
    flagged = flagged_lost + flagged_kept
    nobody = np.full(len(flagged), np.nan)
    recall = flagged_lost / n_churned if n_churned > 0 else nobody
    specificity = 1 - flagged_kept / n_kept if n_kept > 0 else nobody
    youden = recall + specificity - 1
    cuts = pd.DataFrame(
        {
            "cut": limits[1:],
            "n_flagged": flagged,
            "precision": flagged_lost / np.where(flagged > 0, flagged, np.nan),
            "recall": recall,
            "specificity": specificity,
            "youden": youden,
        }
    )
    if not n:
        reason = "no accounts"
    elif not n_churned or not n_kept:
        reason = "nobody churned" if n_kept else "nobody stayed"
    elif not youden.max(initial=0) > 0:
        reason = "no cut separates better than chance"
    else:
        reason = None
    area = float(ranking.auc(np.stack([lost, kept]))) if n_churned and n_kept else None
    best = None if reason else float(limits[1:][youden.argmax()])
    return Separation(n, n_churned, n_churned / n if n else None, area, cuts, best, reason)
