"""Estimates with their intervals."""

import math
from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Share:
    """Events among `n`, which may be fractions of accounts, and what a figure makes of the share.

    `nobody` is the reason given where there is nothing to take a share of.
    """

    n_events: float
    n: float
    nobody: str = "no accounts"
    figure: Callable[[float], float] = float
    """Grows with the share."""


def wilson(shares: Sequence[Share], confidence: float) -> list[Estimate]:
    """Estimate shares, each with Wilson's interval: all at once, as each call costs."""
    from statsmodels.stats.proportion import proportion_confint

    known = [share for share in shares if share.n > 0]
    counts = np.array([(share.n_events, share.n) for share in known], dtype=float).reshape(-1, 2)
    lows, highs = proportion_confint(*counts.T, alpha=1 - confidence, method="wilson")
    values = counts[:, 0] / counts[:, 1]
    # Rounding must not put the limit of a share of 0 or 1 beside it.
    limits = zip(values, np.minimum(values, lows), np.maximum(values, highs), strict=True)
    estimates = iter(
        Estimate(*map(share.figure, of_share), n=share.n, n_events=share.n_events)
        for share, of_share in zip(known, limits, strict=True)
    )
    return [
        next(estimates) if share.n > 0 else Estimate(n=0, n_events=0, reason=share.nobody)
        for share in shares
    ]


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
