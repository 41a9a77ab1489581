"""Estimates with their intervals."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A figure, its interval and what it rests on.

    `n` is what was counted (a share's denominator), `n_events` how many of them had the event.
    Where the value or the interval cannot be had they are None and `reason` says why.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    n_events: int | None = None
    reason: str | None = None


def normal_quantile(confidence: float) -> float:
    """Give the half-width, in standard errors, of a two-sided interval."""
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))


def wilson(n_events: float, n: float, confidence: float, nobody: str = "no accounts") -> Estimate:
    """Estimate a share with Wilson's interval; counts may be fractions of accounts.

    `nobody` is the reason given where there is nothing to take a share of.
    """
    if n <= 0:
        return Estimate(n=0, n_events=0, reason=nobody)
    share, z = n_events / n, normal_quantile(confidence)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Rounding must not put the limit of a share of 0 or 1 beside it.
    low, high = max(0.0, min(share, centre - margin)), min(1.0, max(share, centre + margin))
    return Estimate(share, low, high, n, n_events)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Estimate first - second from two intervals (Newcombe's method for shares).

    Where both were measured on the same accounts the interval is too wide rather than too narrow.
    """
    for one in (first, second):
        if one.value is None or one.low is None:
            return Estimate(reason=one.reason)
    value = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value, value - below, value + above, first.n + second.n)


def delong(scores: np.ndarray, churned: np.ndarray, confidence: float) -> Estimate:
    """Estimate the AUC of "the lower the score, the more churn" by DeLong; a row per account.

    The interval is made on the logit scale, so that it stays between 0 and 1.
    """
    from scipy.special import expit, logit

    lost, kept = -scores[churned], -scores[~churned]
    counts = {"n": len(scores), "n_events": len(lost)}
    if not len(lost) or not len(kept):
        reason = "nobody churned" if len(kept) else "nobody stayed"
        return Estimate(**counts, reason=reason if len(scores) else "no account has a score")
    above = _n_below(lost, kept) / len(kept)
    below = 1 - _n_below(kept, lost) / len(lost)
    auc = float(above.mean())
    if min(len(lost), len(kept)) < 2:
        return Estimate(auc, **counts, reason="an interval needs two accounts of each outcome")
    variance = above.var(ddof=1) / len(lost) + below.var(ddof=1) / len(kept)
    if not 0 < auc < 1 or variance < 1e-15:
        return Estimate(auc, **counts, reason="no interval: the scores separate all or nothing")
    margin = normal_quantile(confidence) * math.sqrt(variance) / (auc * (1 - auc))
    low, high = expit(logit(auc) - margin), expit(logit(auc) + margin)
    return Estimate(auc, float(low), float(high), **counts)


def _n_below(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Count for each value how many of the others are below it, ties by half."""
    others = np.sort(others)
    return (np.searchsorted(others, values) + np.searchsorted(others, values, side="right")) / 2


def quantile_limits(
    draws: np.ndarray, confidence: float
) -> tuple[float, float] | tuple[None, None]:
    """Give the middle share of the draws; nothing where a tenth of them have no value."""
    known = draws[np.isfinite(draws)]
    if len(known) < 0.9 * len(draws) or not len(draws):
        return None, None
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def probability_above_zero(draws: np.ndarray) -> float | None:
    """Give the share of draws above 0, ties by half."""
    known = draws[np.isfinite(draws)]
    if len(known) < 0.9 * len(draws) or not len(draws):
        return None
    return float(np.mean(known > 0) + np.mean(known == 0) / 2)
