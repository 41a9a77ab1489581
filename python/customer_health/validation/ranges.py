"""Retention by score range, and the cut that separates best (V5)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_health.validation import ranking
from customer_health.validation.intervals import wilson
from customer_health.validation.rows import in_order
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


def retention_by_range(
    rows: pd.DataFrame,
    edges: Sequence[float],
    settings: Settings = DEFAULTS,
    score: str = "health_score",
) -> pd.DataFrame:
    """Count accounts and retention per range of a score.

    Args:
        rows: account_id, as_of_date, is_churned and the score; rows without either are left out.
        edges: Limits of the ranges, ascending: [low, high), the last with its upper limit.
        settings: Confidence of the intervals.
        score: The column with the score; also that of a dimension.

    Returns:
        A row per range, highest first: range_low, range_high, n, n_accounts, n_retained, retention,
        low, high and reason. An account's dates repeat each other, so the interval counts accounts,
        not dates.
    """
    rows = in_order(rows, ("account_id", "as_of_date", "is_churned", score))
    rows = rows.dropna(subset=[score, "is_churned"])
    # The last range holds its upper limit too, so that limit is no limit between ranges.
    place = np.searchsorted(np.asarray(edges[1:-1], float), rows[score], "right")
    inside = rows[score].between(edges[0], edges[-1]).to_numpy()
    records = []
    for i in reversed(range(len(edges) - 1)):
        part = rows[inside & (place == i)]
        retained = int((part["is_churned"] == 0).sum())
        n_accounts = part["account_id"].nunique()
        share = retained / len(part) if len(part) else 0.0
        estimate = wilson(share * n_accounts, n_accounts, settings.confidence_share)
        records.append(
            {
                "range_low": float(edges[i]),
                "range_high": float(edges[i + 1]),
                "n": len(part),
                "n_accounts": n_accounts,
                "n_retained": retained,
                "retention": share if len(part) else None,
                "low": estimate.low,
                "high": estimate.high,
                "reason": estimate.reason,
            }
        )
    return pd.DataFrame(records).astype({"retention": float, "low": float, "high": float})


def best_cut(ranges: pd.DataFrame) -> Separation:
    """Find the cut that separates best, from range_low, n and n_retained (may be fractions)."""
    ranges = ranges.sort_values("range_low")
    limits = ranges["range_low"].to_numpy(float)
    kept = ranges["n_retained"].to_numpy(float)
    lost = ranges["n"].to_numpy(float) - kept
    n, n_churned, n_kept = float((lost + kept).sum()), float(lost.sum()), float(kept.sum())
    flagged_lost, flagged_kept = np.cumsum(lost)[:-1], np.cumsum(kept)[:-1]
    cuts = pd.DataFrame({"cut": limits[1:], "n_flagged": flagged_lost + flagged_kept})
    cuts["precision"] = flagged_lost / cuts["n_flagged"].where(cuts["n_flagged"] > 0)
    cuts["recall"] = flagged_lost / n_churned if n_churned > 0 else np.nan
    cuts["specificity"] = 1 - flagged_kept / n_kept if n_kept > 0 else np.nan
    cuts["youden"] = cuts["recall"] + cuts["specificity"] - 1
    if not n:
        reason = "no accounts"
    elif not n_churned or not n_kept:
        reason = "nobody churned" if n_kept else "nobody stayed"
    elif not cuts["youden"].max() > 0:
        reason = "no cut separates better than chance"
    else:
        reason = None
    area = float(ranking.auc(np.stack([lost, kept]))) if n_churned and n_kept else None
    best = None if reason else float(cuts.loc[cuts["youden"].idxmax(), "cut"])
    return Separation(n, n_churned, n_churned / n if n else None, area, cuts, best, reason)
