"""Estimates with their intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

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
    n: float | None = None
    n_events: float | None = None
    reason: str | None = None

    @property
    def limits(self) -> tuple[float, float, float] | None:
        """Value, low and high; None unless all of them are known."""
        if self.value is None or self.low is None or self.high is None:
            return None
        return self.value, self.low, self.high


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
    limits = np.stack([values, np.minimum(values, lows), np.maximum(values, highs)], axis=1)
    estimates = iter(
        Estimate(
            share.figure(value), share.figure(low), share.figure(high), share.n, share.n_events
        )
        for share, (value, low, high) in zip(known, limits.tolist(), strict=True)
    )
    return [
        next(estimates) if share.n > 0 else Estimate(n=0, n_events=0, reason=share.nobody)
        for share in shares
    ]


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Estimate first - second from two intervals (Newcombe's method for shares).

    Where both were measured on the same accounts the interval is too wide rather than too narrow.
    """
    one, other = first.limits, second.limits
    if one is None or other is None:
        return Estimate(reason=(second if one else first).reason)
    value, low, high = one
    other_value, other_low, other_high = other
    gap = value - other_value
    below = math.hypot(value - low, other_high - other_value)
    above = math.hypot(high - value, other_value - other_low)
    return Estimate(gap, gap - below, gap + above, (first.n or 0) + (second.n or 0))


def delong(scores: np.ndarray, churned: np.ndarray, confidence: float) -> Estimate:
    """Estimate the AUC of "the lower the score, the more churn" by DeLong; a row per account.

    The interval is made on the logit scale, so that it stays between 0 and 1.
    """
    from scipy.special import expit, logit

    lost, kept = -scores[churned], -scores[~churned]
    estimate = partial(Estimate, n=len(scores), n_events=len(lost))
    if not len(lost) or not len(kept):
        reason = "nobody churned" if len(kept) else "nobody stayed"
        return estimate(reason=reason if len(scores) else "no account has a score")
    above = _n_below(lost, kept) / len(kept)
    below = 1 - _n_below(kept, lost) / len(lost)
    auc = float(above.mean())
    if min(len(lost), len(kept)) < 2:
        return estimate(auc, reason="an interval needs two accounts of each outcome")
    variance = above.var(ddof=1) / len(lost) + below.var(ddof=1) / len(kept)
    if not 0 < auc < 1 or variance < 1e-15:
        return estimate(auc, reason="no interval: the scores separate all or nothing")
    margin = normal_quantile(confidence) * math.sqrt(variance) / (auc * (1 - auc))
    low, high = expit(logit(auc) - margin), expit(logit(auc) + margin)
    return estimate(auc, float(low), float(high))


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
